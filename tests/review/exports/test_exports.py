from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.competition import read_competition
from gyeol.data.image import read_image, read_mask
from gyeol.errors import DataError
from gyeol.review.database import Database
from gyeol.review.exports import EXPORTS, export_coco, export_competition, export_labelme, export_table
from gyeol.review.exports.outline import outlines
from gyeol.review.images import add_images
from gyeol.review.verdicts import say


@pytest.fixture
def answered(database: Database, numbers: list[int], draw: Callable[..., bytes]) -> list[int]:
    """Answer: a defect with a mask, one without, two normals, one unsure; the sixth has nothing said of it."""
    say(database, numbers[0], 0, "민지", "defect", draw(10, 20, 30, 50))
    say(database, numbers[1], 0, "=cmd()", "defect", None)
    say(database, numbers[2], 0, "lee", "normal", None)
    say(database, numbers[3], 0, "lee", "normal", None)
    say(database, numbers[4], 0, "lee", "unsure", draw(1, 1, 5, 5))
    return numbers


def test_the_competitions_layout_can_be_read_and_trained_on(
    database: Database, answered: list[int], folder: Path, tmp_path: Path
) -> None:
    assert export_competition(database, tmp_path / "out.zip") == 4
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "out")
    dataset = read_competition(tmp_path / "out")
    assert (len(dataset.defects), len(dataset.normals)) == (2, 2)
    masked = [image for image in dataset.defects if image.mask is not None]
    assert len(masked) == 1
    mask = read_mask(masked[0].mask, (64, 80))  # type: ignore[arg-type]
    assert mask[10:30, 20:50].all()
    assert mask.sum() == 20 * 30
    np.testing.assert_array_equal(read_image(masked[0].path), read_image(folder / "사진 0.png"))


def test_a_folder_that_nothing_could_be_learnt_from_is_not_written(
    database: Database, numbers: list[int], tmp_path: Path
) -> None:
    say(database, numbers[0], 0, "a", "defect", None)
    with pytest.raises(DataError, match="1 defects and 0 normals"):
        export_competition(database, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_the_table_has_a_row_an_answer_and_no_formula(
    database: Database, answered: list[int], tmp_path: Path
) -> None:
    assert export_table(database, tmp_path / "out.csv") == 5
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [row["answer"] for row in rows] == ["defect", "defect", "normal", "normal", "unsure"]
    assert rows[0]["ImageId"] == "사진_0.png"
    assert rows[0]["mask"] == "1"
    assert rows[1]["reviewer"] == "'=cmd()"
    assert float(rows[3]["score"]) == 3.0


def test_coco_has_boxes_and_polygons_that_cover_the_mask(
    database: Database, answered: list[int], tmp_path: Path
) -> None:
    assert export_coco(database, tmp_path / "out.json") == 4
    content = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [(image["width"], image["height"]) for image in content["images"]] == [(80, 64)] * 4
    drawn, whole = content["annotations"]
    assert (drawn["bbox"], drawn["area"], drawn["whole_image"]) == ([20, 10, 30, 20], 600, False)
    corners = set(zip(*[iter(drawn["segmentation"][0])] * 2, strict=True))
    assert corners == {(20, 10), (20, 30), (50, 30), (50, 10)}
    assert (whole["bbox"], whole["whole_image"]) == ([0, 0, 80, 64], True)
    assert {drawn["image_id"], whole["image_id"]} == {1, 2}


def test_labelme_has_a_file_beside_every_image(
    database: Database, answered: list[int], tmp_path: Path
) -> None:
    assert export_labelme(database, tmp_path / "out.zip") == 5
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = set(archive.namelist())
        first = json.loads(archive.read("사진_0.json"))
    assert {name for name in names if name.endswith(".png")} == {f"사진_{n}.png" for n in range(5)}
    assert len(names) == 10
    assert first["flags"] == {"defect": True, "normal": False, "unsure": False}
    assert (first["imageHeight"], first["imageWidth"], first["imagePath"]) == (64, 80, "사진_0.png")
    assert first["shapes"][0]["shape_type"] == "polygon"


@pytest.mark.parametrize("title", ["../../etc/passwd", "..", "/abs.png", "a\\..\\b.png", "C:\\x.png", ""])
def test_a_name_from_outside_is_no_path_in_an_archive(
    database: Database, folder: Path, tmp_path: Path, title: str
) -> None:
    paths = sorted(folder.iterdir())[:2]
    for number in add_images(database, folder, paths, [title, title]):
        say(database, number, 0, "a", "normal", None)
    export_labelme(database, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = archive.namelist()
    assert len(set(names)) == 4
    assert not any("/" in name or "\\" in name or ":" in name or name.startswith(".") for name in names)


def test_an_outline_fills_to_the_mask_again() -> None:
    mask = np.zeros((40, 50), bool)
    mask[5, 3:9] = True  # a line one pixel wide
    mask[20:30, 10:40] = True
    mask[25:35, 15:20] = True
    filled = np.zeros(mask.shape, bool)
    for line in outlines(mask):
        x, y = line.T
        columns, rows = np.meshgrid(np.arange(50) + 0.5, np.arange(40) + 0.5)
        inside = np.zeros(mask.shape, bool)
        for n in range(len(x)):  # ray casting, to the right of each pixel's centre
            (x0, y0), (x1, y1) = (x[n], y[n]), (x[n - 1], y[n - 1])
            if y0 != y1:
                crosses = (rows > min(y0, y1)) & (rows < max(y0, y1))
                inside ^= crosses & (columns < x0 + (rows - y0) * (x1 - x0) / (y1 - y0))
        filled |= inside
    np.testing.assert_array_equal(filled, mask)


def test_every_form_that_is_offered_can_be_written_to_a_file(
    database: Database, answered: list[int], tmp_path: Path
) -> None:
    for name, (export, extension) in EXPORTS.items():
        assert export(database, tmp_path / f"{name}.{extension}") >= 4
    with Image.open(io.BytesIO(zipfile.ZipFile(tmp_path / "labelme.zip").read("사진_1.png"))) as image:
        assert image.size == (80, 64)
