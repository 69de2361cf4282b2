from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gyeol.data.annotation.runs import Runs, decode, decompress, encode


def compress(counts: list[int]) -> str:
    """COCO's rleToString, as maskApi.c has it."""
    text = ""
    for place, count in enumerate(counts):
        x = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            group = x & 0x1F
            x >>= 5
            more = x != -1 if group & 0x10 else x != 0
            text += chr((group | 0x20 if more else group) + 48)
    return text


def test_pixels_are_counted_down_the_columns() -> None:
    mask = decode([1, 2, 3], 3, 2)  # one unmarked, two marked, three unmarked
    assert mask.astype(int).tolist() == [[0, 0], [1, 0], [1, 0]]
    assert decode([0, 6], 3, 2).all()


def test_a_string_that_pycocotools_made() -> None:
    # Made by pycocotools; it has lengths below and above 15, and falling ones.
    assert decompress("61X13mN000`0") == (6, 1, 40, 4, 5, 4, 5, 4, 21)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_masks_survive_plain_and_compressed(height: int, width: int, data: st.DataObject) -> None:
    bits = data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    mask = np.array(bits).reshape(height, width)
    counts = encode(mask)
    assert np.array_equal(decode(counts, height, width), mask)
    assert list(decompress(compress(counts))) == counts


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1 << 24), max_size=20))
def test_any_lengths_survive_compression(counts: list[int]) -> None:
    assert list(decompress(compress(counts))) == counts


@pytest.mark.parametrize(
    ("runs", "fault"),
    [
        (Runs(4, 4, (3, 3)), "do not add up"),
        (Runs(4, 4, (20, -4)), "do not add up"),
        (Runs(4, 5, (20,)), "for 5x4 pixels, the image is 4x4"),
        (Runs(4, 4, "61X13mN000`0"), "do not add up"),
        (Runs(4, 4, "6\n"), "characters"),
        (Runs(4, 4, "P"), "cut off"),
    ],
)
def test_damaged_masks_are_refused(runs: Runs, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        runs.draw(Image.new("L", (4, 4)))
