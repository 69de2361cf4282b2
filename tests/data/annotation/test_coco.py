from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gyeol.data.annotation.coco import Annotated, read_coco
from gyeol.errors import DataError


def write(path: Path, *annotations: dict[str, Any], **more: Any) -> Path:
    """A file as COCO's instances are: one image of 20x30, another that is not annotated."""
    content = {
        "info": {"year": 2017},
        "licenses": [],
        "images": [
            {"id": 7, "file_name": "결함 1.jpg", "height": 20, "width": 30},
            {"id": 9, "file_name": "sub\\good.jpg", "height": 20, "width": 30},
        ],
        "annotations": [{"id": n, "image_id": 7, "category_id": 1, **a} for n, a in enumerate(annotations)],
        "categories": [{"id": 1, "name": "scratch", "supercategory": "defect"}, {"id": 2, "name": "dent"}],
        **more,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def marked(image: Annotated, path: Path) -> np.ndarray:
    drawn = image.drawn(path)
    assert drawn is not None
    return drawn.read((20, 30), Path(image.name))


def test_every_form_of_segmentation(tmp_path: Path) -> None:
    square = np.zeros((20, 30), bool)
    square[3:6, 2:5] = True
    counts = [43, 3, 17, 3, 17, 3, 514]
    for entry in (
        {"segmentation": [[2, 3, 4, 3, 4, 5, 2, 5]], "bbox": [0, 0, 1, 1]},
        {"segmentation": {"size": [20, 30], "counts": counts}, "iscrowd": 1},
        {"bbox": [2, 3, 3, 3]},
        {"segmentation": [], "bbox": [2, 3, 3, 3]},
    ):
        path = write(tmp_path / "instances.json", entry)
        defect, normal = read_coco(path)
        assert np.array_equal(marked(defect, path), square), entry
        assert (defect.name, defect.defective, defect.categories) == ("결함 1.jpg", True, ["scratch"])
        assert (normal.name, normal.defective, normal.drawn(path)) == ("sub/good.jpg", False, None)


def test_several_annotations_of_one_image_join(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json",
        {"bbox": [0, 0, 1, 1]},
        {"bbox": [5, 5, 1, 1], "category_id": 2},
        {"bbox": [0, 0, 1, 1]},
    )
    defect, _ = read_coco(path)
    assert marked(defect, path).sum() == 2
    assert defect.categories == ["scratch", "dent"]


def test_a_box_round_the_whole_image_is_no_mask(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"segmentation": [], "bbox": [0, 0, 30, 20]})
    defect, _ = read_coco(path)
    assert defect.defective
    assert defect.drawn(path) is None


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"image_id": 3, "bbox": [1, 1, 2, 2]}, "image 3, which is not listed"),
        ({"segmentation": [[1, 2, 3]]}, "3 numbers"),
        ({"segmentation": {"size": [20, 30]}}, "lacks a part"),
        ({"bbox": [1, 2]}, "bbox|unpack"),
        ({"bbox": [1, 2, "x", 4]}, "not a pair of numbers"),
    ],
)
def test_entries_that_cannot_be_used(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    with pytest.raises(DataError, match=fault) as caught:
        read_coco(write(tmp_path / "a.json", entry))
    assert "a.json" in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"images": []}')
    with pytest.raises(DataError, match="no COCO file"):
        read_coco(path)
    path.write_text('{"images": [{"id": 1}], "annotations": []}')
    with pytest.raises(DataError, match=r"lacks a part.*file_name"):
        read_coco(path)
