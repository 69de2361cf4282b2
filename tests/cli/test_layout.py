"""Every command reads every layout."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.cli import work
from gyeol.detect.detector import Detector

Gyeol = Callable[..., tuple[Any, str, str]]


def ids(table: Path) -> list[str]:
    with table.open(encoding="utf-8", newline="") as stream:
        return [row["ImageId"] for row in csv.DictReader(stream)]


@pytest.mark.parametrize(
    ("name", "defects", "normals", "test", "masks"),
    [("dagm", 4, 4, 8, 4), ("mvtec", 0, 4, 9, 0), ("kolektor", 1, 2, 3, 1), ("tiles", 6, 5, 0, 5)],
)
def test_explore(
    gyeol: Gyeol,
    request: pytest.FixtureRequest,
    name: str,
    defects: int,
    normals: int,
    test: int,
    masks: int,
) -> None:
    folder = request.getfixturevalue(name)
    for options in ((), ("--layout", name)):
        code, out, err = gyeol("explore", folder, "--json", *options)
        assert code == 0, err
        facts = json.loads(out)
        assert facts["layout"] == name
        counts = facts["counts"]
        assert [counts[part] for part in ("defects", "normals", "test", "masks")] == [
            defects,
            normals,
            test,
            masks,
        ]
        assert facts["unreadable"] == []
        assert facts["masks"]["unusable"] == []
        refused = any("cannot be learnt from" in warning for warning in facts["warnings"])
        assert refused == (defects == 0)


def test_explore_reads_drawn_masks(gyeol: Gyeol, dagm: Path, tmp_path: Path) -> None:
    assert gyeol("convert", dagm, "-o", tmp_path / "coco", "--to", "coco")[0] == 0
    facts = json.loads(gyeol("explore", tmp_path / "coco", "--json")[1])
    assert facts["masks"]["coverage"]["median"] == pytest.approx(200 / 4096)


def test_explore_and_predict_ask_where_two_layouts_fit(
    gyeol: Gyeol, mvtec: Path, model: Path, png: Callable[..., Path], tmp_path: Path
) -> None:
    png(mvtec / "train/defect_images/a.png")
    code, out, err = gyeol("explore", mvtec)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--layout competition or --layout mvtec" in err
    code, _, err = gyeol("predict", model, mvtec, "-o", tmp_path / "s.csv", "--layout", "mvtec")
    assert code == 0, err
    assert len(ids(tmp_path / "s.csv")) == 9


@pytest.mark.parametrize(
    ("name", "first"), [("dagm", "Class1_0001"), ("mvtec", "color_000"), ("kolektor", "20000")]
)
def test_predict_judges_the_test_images(
    gyeol: Gyeol, request: pytest.FixtureRequest, model: Path, name: str, first: str, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    code, _, err = gyeol("predict", model, folder, "-o", tmp_path / "s.csv", "--heatmaps", tmp_path / "heat")
    assert code == 0, err
    assert ids(tmp_path / "s.csv")[0] == first
    assert (tmp_path / "heat" / f"{first}.png").is_file()


def test_train_says_what_to_do_without_defects_or_split(
    gyeol: Gyeol, mvtec: Path, tiles: Path, tmp_path: Path
) -> None:
    for command in ("train", "run"):
        code, _, err = gyeol(command, mvtec, "-o", tmp_path / "out", "--steps", 20)
        assert (code, err.count("\n")) == (2, 1)
        assert "gyeol convert" in err
        assert "--defects 6" in err
    code, _, err = gyeol("run", tiles, "-o", tmp_path / "out", "--steps", 20)
    assert (code, err.count("\n")) == (2, 1)
    assert "no test images; split it with: gyeol convert" in err
    spaced = tiles.rename(tmp_path / "my tiles")
    code, _, err = gyeol("compare", spaced, "-o", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert f"no test images; split it with: gyeol convert '{spaced}' -o NEW" in err


def test_run_evaluates_by_the_layouts_own_labels(
    gyeol: Gyeol, dagm: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "train", lambda *_: Detector.load(model))  # other tests train
    out = tmp_path / "out"
    for _ in range(2):  # the second writes the key over the first
        code, _, err = gyeol("run", dagm, "-o", out)
        assert code == 0, err
    evaluation = json.loads((out / "evaluation.json").read_text())
    assert (evaluation["images"], evaluation["defects"]) == (8, 4)
    assert [row["kind"] for row in evaluation["kinds"]] == ["Class1", "Class2"]
    assert len(list((out / "key/masks").iterdir())) == 4
    code, _, err = gyeol("errors", model, dagm, out / "scores.csv", out / "key", "-o", tmp_path / "errors")
    assert code == 0, err


def test_compare_takes_the_layouts_own_labels(gyeol: Gyeol, kolektor: Path, tmp_path: Path) -> None:
    arguments = ("-o", tmp_path / "out", "--detectors", "filter-bank", "--minutes", "0.01", "--json")
    code, said, err = gyeol("compare", kolektor, *arguments, "--layout", "kolektor")
    assert code == 0, err
    (row,) = json.loads(said)["rows"]
    assert row["asked"]["test"] == 3
    assert ids(tmp_path / "out/key/answers.csv") == ["20000.png", "20001.png", "20002.png"]
