from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gyeol.data.annotation import Drawn
from gyeol.data.competition import read_competition
from gyeol.data.layouts import read_dataset
from gyeol.errors import DataError

SQUARE = {"label": "scratch", "points": [[1, 1], [5, 1], [5, 5], [1, 5]], "shape_type": "polygon"}


def annotate(file: Path, *shapes: Any, image: str = "") -> Path:
    content = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": image, "imageData": None}
    file.write_text(json.dumps(content | {"imageHeight": 64, "imageWidth": 64}), encoding="utf-8")
    return file


@pytest.fixture
def labelme(tmp_path: Path, png) -> Path:
    """Images in nested folders: two defects, a file without shapes, an image without a file, and a test part."""
    root = tmp_path / "사진"
    for number, name in enumerate(
        ("a 1.JPG", "line 2/b.png", "line 2/c.png", "d.tiff", "test/e.png", "test/f.png")
    ):
        png(root / name, seed=number)
    annotate(root / "a 1.json", SQUARE, SQUARE | {"label": "dent"})
    annotate(root / "line 2/b.json", SQUARE)
    annotate(root / "line 2/c.json")
    annotate(root / "test/e.json", SQUARE)
    return root


def test_shapes_make_defects(labelme: Path) -> None:
    data = read_dataset(labelme)
    assert [(image.path.name, image.kind) for image in data.defects] == [
        ("a 1.JPG", "dent+scratch"),
        ("b.png", "scratch"),
    ]
    assert [image.path.name for image in data.normals] == ["d.tiff", "c.png"]
    assert isinstance(data.defects[1].mask, Drawn)
    assert data.defects[1].mask.read((64, 64), labelme).sum() == 25
    assert [(image.path.name, image.defective) for image in data.key] == [("e.png", True), ("f.png", False)]
    assert data.notes == ("2 images have no LabelMe file and count as normal.",)


def test_files_that_lie_elsewhere_name_their_image(labelme: Path) -> None:
    (labelme / "json").mkdir()
    (labelme / "line 2/b.json").unlink()
    annotate(labelme / "json/anything.json", SQUARE, image="..\\line 2\\b.png")
    assert len(read_dataset(labelme).defects) == 2


def test_faults_are_named(labelme: Path) -> None:
    stray = annotate(labelme / "stray.json", SQUARE, image="gone.png")
    with pytest.raises(DataError, match=r"stray\.json: no image gone\.png beside it"):
        read_dataset(labelme)
    annotate(stray, SQUARE, image="a 1.JPG")
    with pytest.raises(DataError, match=r"a 1\.JPG has another LabelMe file"):
        read_dataset(labelme)
    (labelme / "empty").mkdir()
    with pytest.raises(DataError, match="no images"):
        read_dataset(labelme / "empty", "labelme")


def test_beside_the_competitions_defects_they_are_masks(competition: Path) -> None:
    images = competition / "train/defect_images"
    annotate(images / "defect_0.json", SQUARE)  # which has a mask file already
    annotate(images / "defect_2.json", SQUARE)
    (images / "notes.json").write_text("{}")
    masks = [image.mask for image in read_dataset(competition).defects]
    assert masks[0] == competition / "train/defect_masks/defect_0.png"
    assert isinstance(masks[2], Drawn)
    (images / "defect_2.json").rename(competition / "train/defect_masks/defect_2.json")
    assert isinstance(read_competition(competition).defects[2].mask, Drawn)
