"""COCO's run-length encoding of masks, decoded and encoded.

As defined by COCO's own ``maskApi.c`` (Dollár and Lin, 2015, github.com/cocodataset/cocoapi): the pixels are
taken column by column, and ``counts`` holds the lengths of runs that are in turn unmarked and marked, the first
unmarked and perhaps of length 0. In the compressed form each number is written in groups of five bits, lowest
first, as characters from code 48 on, with 32 added while more follow and the highest bit of the last group as the
sign; from the fourth number on, the difference to the number two before is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class Runs:
    """A run-length encoded mask.

    Parameters
    ----------
    height, width : int
        The size of the whole image, in pixels.
    counts : str or tuple of int
        Compressed or plain.
    """

    height: int
    width: int
    counts: str | tuple[int, ...]

    def draw(self, canvas: Image.Image) -> None:
        """Mark what is marked.

        Raises
        ------
        ValueError
            If it is for another size than the canvas's, or damaged.
        """
        if (self.width, self.height) != canvas.size:
            raise ValueError(
                f"a mask in it is for {self.width}x{self.height} pixels, the image is "
                f"{canvas.width}x{canvas.height}"
            )
        counts = decompress(self.counts) if isinstance(self.counts, str) else self.counts
        canvas.paste(255, mask=Image.fromarray(decode(counts, self.height, self.width)))


def decode(counts: Sequence[int], height: int, width: int) -> NDArray[np.bool_]:
    """Turn run lengths into a mask.

    Returns
    -------
    ndarray of bool, shape (height, width)

    Raises
    ------
    ValueError
        If a length is negative or the lengths do not add up to the size.
    """
    if min(counts, default=0) < 0 or sum(counts) != height * width:
        raise ValueError("the run lengths of a mask do not add up to the image")
    marked = np.arange(len(counts)) % 2 == 1
    return np.repeat(marked, counts).reshape((height, width), order="F")


def encode(mask: NDArray[np.bool_]) -> list[int]:
    """Turn a mask (H, W) into run lengths, the inverse of :func:`decode`."""
    column_major = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(column_major)) + 1
    lengths = np.diff(np.concatenate([[0], edges, [len(column_major)]]))
    first = [0] if column_major[0] else []
    return first + [int(length) for length in lengths]


def decompress(text: str) -> tuple[int, ...]:
    """Turn COCO's compressed string into run lengths.

    Raises
    ------
    ValueError
        If a character is not of the alphabet, or the last number is cut off.
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64:
            raise ValueError("a compressed mask has characters that do not belong into one")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift  # the sign
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("a compressed mask is cut off")
    return tuple(counts)
