from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from gyeol.errors import DataError
from gyeol.review.masks import clean_mask


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_a_canvas_becomes_grey_of_two_values() -> None:
    canvas = np.zeros((64, 80, 4), np.uint8)
    canvas[10:20, 30:50] = (255, 60, 60, 255)
    canvas[40:45, 30:50] = (255, 60, 60, 90)  # a soft edge
    clean = clean_mask(png(canvas), (64, 80))
    assert clean is not None
    with Image.open(io.BytesIO(clean)) as image:
        assert image.mode == "L"
        pixels = np.asarray(image)
    assert set(np.unique(pixels)) == {0, 255}
    np.testing.assert_array_equal(pixels > 0, (canvas[..., 3] == 255))


def test_an_empty_mask_is_none(draw: Callable[..., bytes]) -> None:
    assert clean_mask(draw(0, 0, 0, 0), (64, 80)) is None


def test_what_is_no_mask_of_the_image_is_refused(draw: Callable[..., bytes]) -> None:
    jpeg = io.BytesIO()
    Image.fromarray(np.zeros((64, 80), np.uint8)).save(jpeg, "JPEG")
    good = draw(0, 0, 5, 5)
    with pytest.raises(DataError, match="80x64 pixels, but the image is 64x64"):
        clean_mask(good, (64, 64))
    for bad in (b"", b"no image", jpeg.getvalue(), good[: len(good) // 2]):
        with pytest.raises(DataError, match="no PNG"):
            clean_mask(bad, (64, 80))
    huge = Image.new("1", (30000, 30000))
    stream = io.BytesIO()
    huge.save(stream, "PNG")
    with pytest.raises(DataError):
        clean_mask(stream.getvalue(), (64, 80))
