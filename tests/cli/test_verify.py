"""A model's figures come again from its own data, and from nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gyeol.detect.detector import Detector
from gyeol.detect.directory import own_sum
from gyeol.detect.levels import Levels
from gyeol.detect.versions import save_threshold

Verify = Callable[..., tuple[Any, dict[str, str], str]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Train on a small folder; give the model and the data."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("verify")
    rng = np.random.default_rng(0)
    for part, count in (("defect_images", 3), ("normal_images", 8)):
        (root / "data/train" / part).mkdir(parents=True)
        for n in range(count):
            pixels = rng.integers(60, 200, (72, 72), dtype=np.uint8)
            if part == "defect_images":
                pixels[20:40, 20 + n : 40 + n] = 250
            Image.fromarray(pixels).save(root / f"data/train/{part}/{part[0]}{n}.png")
    small: dict[str, Any] = {"crops": 4, "size": 64, "widths": (8, 8, 16), "blocks": (1, 1), "folds": 2}
    Detector(steps=20, seed=3, **small).fit(root / "data").save(root / "model")
    return root / "model", root / "data"


@pytest.fixture
def verify(gyeol: Callable[..., tuple[Any, str, str]]) -> Verify:
    """Call `gyeol verify --json`; give the exit code, the outcome of each claim and what was said on stderr."""

    def call(*arguments: object) -> tuple[Any, dict[str, str], str]:
        code, out, err = gyeol("verify", *arguments, "--json")
        rows = json.loads(out)["findings"] if out else []
        outcomes: dict[str, str] = {}
        for row in rows:  # by the first word; the defects' scores come after the normals'
            word = row["claim"].partition(" ")[0]
            outcomes[f"{word}+" if word in outcomes else word] = row["outcome"]
        return code, outcomes, err

    return call


def change(model: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change a description and its checksum."""
    file = model / "detector.json"
    description = json.loads(file.read_text())
    edit(description)
    description["sha256"]["detector.json"] = own_sum(description)
    file.write_text(json.dumps(description))


def test_all_figures_come_again_and_training_again_gives_the_same_bits(
    verify: Verify, trained: tuple[Path, Path]
) -> None:
    code, outcomes, _ = verify(*trained, "--retrain")
    assert code == 0
    assert list(outcomes.values()) == ["reproduced"] * len(outcomes)
    assert list(outcomes) == [
        "files",
        "card",
        "data",
        "1",
        "2",
        "backgrounds",
        "scores",
        "threshold",
        "Macro",
        "scores+",
        "weights",
    ]


def test_what_was_not_checked_is_said(
    gyeol: Callable[..., tuple[Any, str, str]], trained: tuple[Path, Path]
) -> None:
    code, out, _ = gyeol("verify", *trained)
    assert code == 0
    lines = out.splitlines()
    assert sum(line.startswith("reproduced ") for line in lines) == 9
    assert lines[-2].startswith(
        "not checked  scores of 3 defects, out of fold: the models of the folds are not kept"
    )
    assert lines[-1] == "OK: 9 of 10 claims were produced again; 1 not checked"


@pytest.mark.parametrize("what", ["pixel", "mask", "missing"])
def test_other_data_is_noticed_at_once(
    verify: Verify, trained: tuple[Path, Path], tmp_path: Path, what: str
) -> None:
    model, data = trained
    shutil.copytree(data, tmp_path / "data")
    image = tmp_path / "data/train/normal_images/n0.png"
    if what == "pixel":
        pixels = np.asarray(Image.open(image)).copy()
        pixels[5, 5] ^= 1
        Image.fromarray(pixels).save(image)
    elif what == "mask":
        (tmp_path / "data/train/defect_masks").mkdir()
        Image.fromarray(np.full((72, 72), 255, np.uint8)).save(tmp_path / "data/train/defect_masks/d0.png")
    else:
        image.unlink()
    code, outcomes, _ = verify(model, tmp_path / "data")
    assert (code, outcomes) == (1, {"files": "reproduced", "card": "reproduced", "data": "differs"})


def test_the_same_pictures_under_other_names_are_the_same_data(
    verify: Verify, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    model, data = trained
    shutil.copytree(data, tmp_path / "data")
    for path in (tmp_path / "data/train/normal_images").iterdir():
        path.rename(path.with_name(f"x{path.name}"))
    code, outcomes, _ = verify(model, tmp_path / "data")
    assert code == 0
    assert outcomes["data"] == "reproduced"


def test_levels_other_than_those_found_again_are_noticed(
    verify: Verify, trained: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubled(
        rows: list[dict[str, Any]], normals: np.ndarray, kinds: int, prevalence: float | None
    ) -> Levels:
        return Levels(np.full(kinds, 2.0), np.ones(len(rows)))

    monkeypatch.setattr("gyeol.detect.verify.levels_of", doubled)
    code, outcomes, _ = verify(*trained)
    assert code == 1
    assert outcomes["scores"] == "differs"


@pytest.mark.parametrize(
    ("edit", "claim"),
    [
        (lambda d: d["record"]["estimate"].update(macro_f1=0.9999), "Macro"),
        (lambda d: d["record"]["normal_scores"].__setitem__(-1, 99.0), "scores"),
        (
            lambda d: d["record"]["defect_scores"][0].update(
                fold=1 - d["record"]["defect_scores"][0]["fold"]
            ),
            "2",
        ),
        (lambda d: d.update(threshold=d["threshold"] + 1), "threshold"),
    ],
)
def test_a_figure_made_up_is_found_even_with_its_checksum(
    verify: Verify,
    trained: tuple[Path, Path],
    tmp_path: Path,
    edit: Callable[[dict[str, Any]], object],
    claim: str,
) -> None:
    model, data = trained
    shutil.copytree(model, tmp_path / "model")
    change(tmp_path / "model", edit)
    code, outcomes, _ = verify(tmp_path / "model", data)
    assert code == 1
    assert outcomes[claim] == "differs"
    assert (outcomes["card"] == "differs") == (claim in ("Macro", "threshold", "scores"))


def test_a_card_made_up_is_found_even_with_its_checksum(
    verify: Verify, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    model, data = trained
    shutil.copytree(model, tmp_path / "model")
    card = (model / "card.md").read_text().replace("Macro F1 **", "Macro F1 **1")
    (tmp_path / "model/card.md").write_text(card)
    sums = {"card.md": hashlib.sha256(card.encode()).hexdigest()}
    change(tmp_path / "model", lambda d: d["sha256"].update(sums))
    code, outcomes, _ = verify(tmp_path / "model", data)
    assert (code, outcomes["card"]) == (1, "differs")


def test_a_threshold_set_by_a_person_is_not_held_against_the_model(
    verify: Verify, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    model, data = trained
    shutil.copytree(model, tmp_path / "model")
    version, _ = save_threshold(tmp_path / "model", 1.25, "ann", "trying")
    code, outcomes, _ = verify(version, data)
    assert (code, outcomes["threshold"], outcomes["Macro"]) == (0, "not checked", "reproduced")


def test_what_cannot_be_read_is_another_exit_code(
    verify: Verify, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    model, data = trained
    for arguments in ((tmp_path, data), (model, tmp_path / "none")):
        code, outcomes, err = verify(*arguments)
        assert (code, outcomes, err.count("\n")) == (2, {}, 1)
