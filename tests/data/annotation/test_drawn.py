from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.annotation import Drawn, mask_file, read_marked
from gyeol.data.annotation.drawn import points_of
from gyeol.data.annotation.runs import Runs
from gyeol.data.annotation.shapes import Box, Outline
from gyeol.errors import DataError

IMAGE, FILE = Path("image.png"), Path("annotations.json")


def pixels(shape: Outline | Box, size: tuple[int, int] = (20, 20)) -> list[tuple[int, int]]:
    """Rows and columns that a shape marks."""
    return [(int(y), int(x)) for y, x in np.argwhere(Drawn(FILE, (shape,)).read(size, IMAGE))]


def test_a_rectangle_has_its_corners_in_any_order() -> None:
    want = [(y, x) for y in range(3, 6) for x in range(2, 5)]
    assert pixels(Outline("rectangle", ((2, 3), (4, 5)))) == want
    assert pixels(Outline("rectangle", ((4, 3), (2, 5)))) == want
    assert pixels(Outline("polygon", ((2, 3), (4, 3), (4, 5), (2, 5)))) == want


def test_a_box_leaves_its_far_sides_out() -> None:
    assert pixels(Box(2, 3, 2, 1)) == [(3, 2), (3, 3)]


def test_a_circle_is_given_by_a_point_of_its_rim() -> None:
    marked = pixels(Outline("circle", ((10, 10), (13, 14))))  # a radius of 5
    assert {(5, 10), (15, 10), (10, 5), (10, 15), (10, 10)} <= set(marked)
    assert abs(len(marked) - np.pi * 5.5**2) < 5  # the outline adds half a pixel


def test_lines_and_points_have_a_width() -> None:
    assert 80 < len(pixels(Outline("line", ((5, 10), (14, 10))))) < 130
    assert 60 < len(pixels(Outline("point", ((10, 10),)))) < 100


def test_what_lies_outside_is_cut_off_and_several_shapes_join() -> None:
    drawn = Drawn(FILE, (Box(-5, -5, 7, 7), Box(18, 18, 50, 50)))
    assert drawn.read((20, 20), IMAGE).sum() == 8


@pytest.mark.parametrize(
    ("drawn", "fault"),
    [
        (Drawn(FILE, (Box(30, 30, 5, 5),)), "marks no pixel"),
        (Drawn(FILE, (Box(0, 0, 5, 5),), (20, 30)), "for 30x20 pixels, but the image is 20x20"),
        (Drawn(FILE, (Outline("polygon", ((1, 1), (2, 2))),)), "2 points, but needs 3"),
        (Drawn(FILE, (Outline("star", ((1, 1),)),)), "star"),
        (Drawn(FILE, (Runs(2, 2, (4,)),)), "for 2x2 pixels"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(drawn: Drawn, fault: str) -> None:
    with pytest.raises(DataError, match=fault) as caught:
        drawn.read((20, 20), IMAGE)
    assert "annotations.json" in str(caught.value)
    assert "image.png" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_either_form_of_mask_is_read(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[3:5, 2:4] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    drawn = Drawn(FILE, (Box(2, 3, 2, 2),), (64, 64))
    assert np.array_equal(
        read_marked(tmp_path / "mask.png", (64, 64), IMAGE), read_marked(drawn, (64, 64), IMAGE)
    )
    assert read_marked(drawn, None, IMAGE).sum() == 4
    assert (mask_file(tmp_path), mask_file(drawn)) == (tmp_path, FILE)
    with pytest.raises(DataError, match="no size"):
        read_marked(Drawn(FILE, drawn.shapes), None, IMAGE)


def test_the_fingerprint_is_of_what_is_drawn() -> None:
    one = Drawn(FILE, (Box(2, 3, 2, 2),))
    assert one.fingerprint() == Drawn(Path("other.json"), (Box(2, 3, 2, 2),)).fingerprint()
    assert one.fingerprint() != Drawn(FILE, (Box(2, 3, 2, 3),)).fingerprint()


@pytest.mark.parametrize("values", [None, "ab", [1, 2], [[1]], [["x", 1]], [[float("nan"), 1]], [[1e9, 1]]])
def test_points_that_are_none(values: object) -> None:
    with pytest.raises(ValueError, match="point"):
        points_of(values)
