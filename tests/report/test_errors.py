from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.errors import OutputError
from gyeol.report.errors import COLUMNS, MARK, ROWS, TILE, Mistake, draw_sheet, write_mistakes


def mistake(name: str, truth: int = 1, score: float = 0.0, kind: str = "3", size: int = 100) -> Mistake:
    pixels = np.full((size, 2 * size), 90, np.uint8)
    mask = np.zeros(pixels.shape, bool)
    mask[size // 2, size // 2 : size] = True
    return Mistake(
        name, kind, truth, score, pixels, np.repeat(pixels[..., None], 3, 2), mask if truth else None
    )


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "errors.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_misses_come_before_false_alarms_and_the_gravest_first(tmp_path: Path) -> None:
    found = [
        mistake("mild alarm", 0, 2.0),
        mistake("mild miss", 1, 0.9),
        mistake("grave alarm", 0, 9.0),
        mistake("grave miss", 1, -4.0),
    ]
    sheets = write_mistakes(tmp_path / "out", found, 1.0)
    assert [row["ImageId"] for row in rows(tmp_path / "out")] == [
        "grave miss",
        "mild miss",
        "grave alarm",
        "mild alarm",
    ]
    assert [sheet.name for sheet in sheets] == ["kind_3_1.png"]
    assert {row["error"] for row in rows(tmp_path / "out")} == {"miss", "false alarm"}


def test_each_kind_has_sheets_of_its_own_and_many_mistakes_several(tmp_path: Path) -> None:
    found = [mistake(f"{n}", kind="a") for n in range(COLUMNS * ROWS + 1)] + [mistake("x", kind="천/b")]
    sheets = write_mistakes(tmp_path / "out", found, 1.0)
    assert [sheet.name for sheet in sheets] == ["kind_a_1.png", "kind_a_2.png", "kind_천_b_1.png"]
    assert all(sheet.is_file() for sheet in sheets)
    assert {row["sheet"] for row in rows(tmp_path / "out")} == {sheet.name for sheet in sheets}


def test_no_mistakes_is_a_table_without_rows(tmp_path: Path) -> None:
    assert write_mistakes(tmp_path / "out", [], 1.0) == []
    assert rows(tmp_path / "out") == []


def test_what_lies_in_the_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(OutputError):
        write_mistakes(tmp_path, [mistake("a")], 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("size", [20, 1000])
def test_a_thin_defect_is_outlined_at_any_size_of_image(size: int) -> None:
    sheet = np.asarray(draw_sheet([mistake("a", size=size)], 1.0))
    marked = (sheet == MARK).all(2)
    right = np.flatnonzero(marked.any(0))
    assert right.min() > TILE, "on the side of the heat map"
    assert 0.2 * TILE < np.ptp(right) < 0.35 * TILE, "as long as the defect"
    assert not (np.asarray(draw_sheet([mistake("a", truth=0, size=size)], 1.0)) == MARK).all(2).any()


def test_a_sheet_shows_the_picture_undistorted() -> None:
    sheet = np.asarray(draw_sheet([mistake("a", truth=0)], 1.0).convert("L"))
    shown = sheet[: TILE + 12, : TILE + 12] == 90
    assert shown.any(1).sum() == TILE // 2
    assert shown.any(0).sum() == TILE


def test_a_long_name_does_not_run_into_the_next_picture(tmp_path: Path) -> None:
    long = mistake("very_long_name_" * 20)
    alone = draw_sheet([mistake("a"), mistake("b")], 1.0)
    beside = draw_sheet([long, mistake("b")], 1.0)
    right = (beside.width // 2, 0, *beside.size)
    assert Image.Image.tobytes(alone.crop(right)) == Image.Image.tobytes(beside.crop(right))
