from __future__ import annotations

import json
from pathlib import Path

import pytest

from gyeol.detect.detector import Detector
from gyeol.detect.versions import newest_version, save_threshold
from gyeol.errors import ModelError


@pytest.fixture
def model(fitted: Detector, tmp_path: Path) -> Path:
    path = tmp_path / "model"
    fitted.save(path)
    return path


def test_a_version_stands_beside_the_old_one_which_stays_as_it_was(model: Path) -> None:
    before = {file.name: file.read_bytes() for file in model.iterdir()}
    new, parts = save_threshold(model, 7.5, "민지", "fewer false alarms")
    assert new == model.with_name("model.v2")
    assert {file.name: file.read_bytes() for file in model.iterdir()} == before
    assert Detector.load(new).threshold_ == parts.threshold == 7.5
    assert (new / "weights.safetensors").read_bytes() == before["weights.safetensors"]


def test_it_says_who_when_and_why_for_the_machine_and_for_a_person(model: Path) -> None:
    first, _ = save_threshold(model, 7.5, "민지", "fewer false alarms")
    second, _ = save_threshold(first, 6.0, "lee")
    assert second.name == "model.v3"
    versions = json.loads((second / "detector.json").read_text())["record"]["versions"]
    assert [(each["version"], each["of"], each["who"], each["why"]) for each in versions] == [
        (2, "model", "민지", "fewer false alarms"),
        (3, "model.v2", "lee", ""),
    ]
    assert versions[1]["before"] == 7.5
    assert versions[0]["when"] <= versions[1]["when"]
    card = (second / "card.md").read_text()
    assert "민지" in card
    assert "set by a person" in card
    assert "Versions" not in (model / "card.md").read_text()


def test_what_to_expect_is_told_anew(model: Path) -> None:
    scores = Detector.load(model).record_
    above_all = max(row["score"] for row in scores["defect_scores"]) + 50
    new, _ = save_threshold(model, above_all, "lee")
    told = Detector.load(new).record_["estimate"]
    assert told["missed"] > 0.99
    assert told["alarms"] <= scores["estimate"]["alarms"] + 1e-9


def test_the_newest_is_found_from_any_version(model: Path) -> None:
    assert newest_version(model) == model
    first, _ = save_threshold(model, 7.5, "lee")
    second, _ = save_threshold(model, 8.5, "kim")
    assert newest_version(model) == newest_version(first) == second


@pytest.mark.parametrize(("threshold", "who"), [(float("nan"), "lee"), (float("inf"), "lee"), (3.0, "  ")])
def test_a_version_without_a_number_or_a_name_is_refused(model: Path, threshold: float, who: str) -> None:
    with pytest.raises(ModelError):
        save_threshold(model, threshold, who)
    assert {each.name for each in model.parent.iterdir()} == {"model"}
