from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gyeol.data.annotation.labelme import read_labelme
from gyeol.errors import DataError

PICTURE = io.BytesIO()
Image.fromarray(np.array([[0, 255], [255, 255]], np.uint8)).convert("1").save(PICTURE, "PNG")


def write(path: Path, *shapes: Any, **more: Any) -> Path:
    """A file as LabelMe 5 writes it."""
    content = {
        "version": "5.5.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "a.png",
        "imageData": None,
        "imageHeight": 64,
        "imageWidth": 80,
        **more,
    }
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return path


def shape(form: str | None, *points: list[float], label: str = "긁힘", **more: Any) -> dict[str, Any]:
    entry = {"label": label, "points": list(points), "group_id": None, "shape_type": form, "flags": {}}
    return entry | more


@pytest.mark.parametrize(
    ("entry", "marked"),
    [
        (shape("polygon", [2, 3], [4, 3], [4, 5], [2, 5]), 9),
        (shape("oriented_rectangle", [2, 3], [4, 3], [4, 5], [2, 5]), 9),
        (shape(None, [2, 3], [4, 3], [4, 5], [2, 5]), 9),
        (shape("rectangle", [4, 5], [2, 3]), 9),
        (shape("circle", [20, 20], [20, 21]), 5),
        (shape("mask", [10, 20], [11, 21], mask=base64.b64encode(PICTURE.getvalue()).decode()), 3),
    ],
)
def test_every_type_of_shape(tmp_path: Path, entry: dict[str, Any], marked: int) -> None:
    said = read_labelme(write(tmp_path / "a.json", entry))
    assert said.labels == ("긁힘",)
    assert said.image == "a.png"
    assert said.drawn is not None
    assert abs(int(said.drawn.read((64, 80), tmp_path / "a.png").sum()) - marked) <= 4 * (
        entry["shape_type"] == "circle"
    )


def test_a_mask_lies_at_its_first_point(tmp_path: Path) -> None:
    entry = shape("mask", [10, 20], [11, 21], mask=base64.b64encode(PICTURE.getvalue()).decode())
    drawn = read_labelme(write(tmp_path / "a.json", entry)).drawn
    assert drawn is not None
    assert np.argwhere(drawn.read((64, 80), tmp_path)).tolist() == [[20, 11], [21, 10], [21, 11]]


def test_lines_and_points_are_drawn(tmp_path: Path) -> None:
    lines = [shape("line", [5, 5], [30, 5]), shape("linestrip", [5, 30], [20, 30], [30, 40])]
    points = [shape("point", [50, 50]), shape("points", [60, 20], [70, 20])]
    for entry in lines + points:
        drawn = read_labelme(write(tmp_path / "a.json", entry)).drawn
        assert drawn is not None
        assert drawn.read((64, 80), tmp_path).sum() > 50


def test_no_shapes_no_mask_and_a_path_from_windows(tmp_path: Path) -> None:
    said = read_labelme(write(tmp_path / "a.json", imagePath="..\\img\\a.png"))
    assert (said.drawn, said.labels, said.image) == (None, (), "../img/a.png")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (shape("star", [1, 1]), "'star' cannot be drawn"),
        (shape("polygon", [1]), "not a pair"),
        ("x", "no object"),
        (shape("mask", [1, 1]), "no picture"),
    ],
)
def test_shapes_that_are_none(tmp_path: Path, entry: Any, fault: str) -> None:
    with pytest.raises(DataError, match=fault) as caught:
        read_labelme(write(tmp_path / "a.json", entry))
    assert "a.json" in str(caught.value)


def test_a_damaged_picture_and_another_size_are_said_when_drawn(tmp_path: Path) -> None:
    drawn = read_labelme(write(tmp_path / "a.json", shape("mask", [1, 1], mask="AAAA"))).drawn
    assert drawn is not None
    with pytest.raises(DataError, match="damaged"):
        drawn.read((64, 80), tmp_path)
    with pytest.raises(DataError, match="80x64 pixels, but the image is 64x64"):
        drawn.read((64, 64), tmp_path)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content, fault in ((b"{", "no JSON"), (b"[]", "no LabelMe file"), (b"\xff\xfe", "no JSON")):
        path.write_bytes(content)
        with pytest.raises(DataError, match=fault):
            read_labelme(path)
    with pytest.raises(DataError, match="no such file"):
        read_labelme(tmp_path / "b.json")
