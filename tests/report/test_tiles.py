from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from gyeol.report.tiles import MARK, data_uri, fitted


@pytest.mark.parametrize("shape", [(100, 400), (400, 100), (64, 64), (3, 2)])
def test_the_longer_side_is_as_asked_and_the_shape_stays(shape: tuple[int, int]) -> None:
    small = fitted(np.zeros(shape, np.uint8), 50)
    assert max(small.size) == 50
    assert small.width / small.height == pytest.approx(shape[1] / shape[0], rel=0.1)


@pytest.mark.parametrize("size", [40, 2000])
def test_a_mask_of_one_line_is_outlined_at_any_scale(size: int) -> None:
    mask = np.zeros((size, size), bool)
    mask[size // 2, size // 4 : size // 2] = True
    marked = (np.asarray(fitted(np.full(mask.shape, 90, np.uint8), 160, mask)) == MARK).all(2)
    assert 35 <= np.ptp(np.flatnonzero(marked.any(0))) <= 50, "as long as the defect, and a little around it"
    assert np.asarray(fitted(np.full(mask.shape, 90, np.uint8), 160)).tolist().count(MARK) == 0


def test_a_hole_in_a_mask_has_no_outline() -> None:
    mask = np.zeros((80, 80), bool)
    mask[10:70, 10:70] = True
    mask[35:45, 35:45] = False
    marked = (np.asarray(fitted(np.zeros((80, 80), np.uint8), 80, mask)) == MARK).all(2)
    assert marked.any()
    assert not marked[20:60, 20:60].any()


def test_a_data_uri_holds_the_picture() -> None:
    image = Image.new("RGB", (20, 10), (200, 30, 30))
    head, _, body = data_uri(image).partition(",")
    assert head == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as read:
        assert read.size == (20, 10)
        assert np.abs(np.asarray(read.convert("RGB"), int) - (200, 30, 30)).max() < 12
