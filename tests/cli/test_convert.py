from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gyeol.data.layouts import read_dataset, read_training_data

Convert = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def convert(gyeol: Convert) -> Convert:
    """Call `gyeol convert`; give its exit code, stdout and stderr."""
    return partial(gyeol, "convert")


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_tiles_are_split_and_get_a_key(convert: Convert, tiles: Path, tmp_path: Path) -> None:
    code, _, err = convert(tiles, "-o", tmp_path / "out", "--defects", 2)
    assert code == 0, err
    assert "drawing 2 defects of each type and 50% of the normals to learn from, seed 0" in err
    assert (
        "tiles to competition: 4 defects and 2 normals to learn from, 5 test images, 2 of them defects" in err
    )
    key = rows(tmp_path / "out/key/answers.csv")
    assert sorted(row["kind"] for row in key if row["answer"] == "1") == ["MT_Blowhole", "MT_Crack"]
    assert len(read_training_data(tmp_path / "out").train) == 6
    code, _, _ = convert(tiles, "-o", tmp_path / "again", "--defects", 2)
    assert rows(tmp_path / "again/key/answers.csv") == key
    code, _, _ = convert(tiles, "-o", tmp_path / "other", "--defects", 2, "--seed", 3)
    assert rows(tmp_path / "other/key/answers.csv") != key


def test_defects_of_mvtec_move_to_training(convert: Convert, mvtec: Path, tmp_path: Path) -> None:
    code, _, err = convert(mvtec, "-o", tmp_path / "out", "--defects", 1, "--to", "mvtec")
    assert code == 0, err
    assert "mvtec to mvtec: 2 defects and 4 normals to learn from, 7 test images, 4 of them defects" in err
    assert "--defects 6 would" not in err
    data = read_training_data(tmp_path / "out")
    assert [image.kind for image in data.defects] == ["color", "metal_contamination"]
    assert all(image.mask is not None for image in (*data.defects, *(i for i in data.key if i.defective)))


@pytest.mark.parametrize("name", ["dagm", "kolektor", "mvtec"])
def test_a_split_that_is_there_stays(
    convert: Convert, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    before = read_dataset(folder)
    for to in ("manifest", "coco"):
        code, _, err = convert(folder, "-o", tmp_path / to, "--to", to, "--layout", name)
        assert code == 0, err
        after = read_dataset(tmp_path / to)
        assert sorted(image.defective for image in after.train) == sorted(
            image.defective for image in before.train
        )
        assert sum(image.defective for image in after.key) == sum(image.defective for image in before.key)
        assert len(after.test) == len(before.test)


def test_mistakes_are_one_line_and_leave_nothing(
    convert: Convert, mvtec: Path, tiles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for arguments, said in (
        ((tmp_path / "none", "-o", out), "no such folder"),
        ((mvtec, "-o", out, "--layout", "voc"), "'voc' is not one of"),
        ((mvtec, "-o", out, "--layout", "tiles"), "no folders MT_Blowhole"),
        ((mvtec, "-o", out, "--to", "labelme"), "'labelme' is not one of"),
        ((mvtec, "-o", out, "--defects", 3), "leave none for the test"),
        ((mvtec, "-o", out, "--defects", 0), "0 is not in the range"),
        ((tiles, "-o", tiles / "out"), "lies inside the data folder"),
        ((tiles, "-o", tiles), "is not empty"),
    ):
        code, stdout, err = convert(*arguments)
        assert (code, stdout) == (2, ""), err
        assert said in err
        assert err.strip().splitlines()[-1].startswith("gyeol: ")
        assert not out.exists()
