"""The usual image, a small 8-bit grey PNG, decoded in half of the time that Pillow takes."""

from __future__ import annotations

import struct
from typing import BinaryIO

import kornia_rs.io
import numpy as np
from numpy.typing import NDArray

from gyeol.cores import cores

FEW_CORES = 4
"""The decoder keeps Python's lock: with more threads than that it would be waited for (docs/decisions.md)."""
MOST_PIXELS = 400_000
"""It inflates all that a file holds, even what no image needs: four seconds for a file of this size, at worst."""
MOST_CHUNKS = 256

_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_EIGHT_BIT_GREY = b"\x08\0\0\0\0"  # bits, colour type, compression, filter, no interlacing
_WITHOUT_EFFECT = frozenset((b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"tIME", b"sBIT", b"bKGD"))
"""Chunks that change nothing about the grey values as they are read here."""


def read_plain_png(stream: BinaryIO) -> NDArray[np.uint8] | None:
    """Decode a plain PNG: 8-bit grey, not interlaced, without transparency, EXIF or animation.

    Parameters
    ----------
    stream : file
        Opened for reading bytes, at its start; left anywhere.

    Returns
    -------
    ndarray of uint8, shape (H, W), or None
        None for any other file, a damaged one, a large one, and on a machine with more than :data:`FEW_CORES` cores:
        then it is for Pillow, which reads more and says what is wrong. Chunks are compared with their checksums; that
        of the inflated pixels, which those vouch for, is not.
    """
    head = stream.read(33)
    if len(head) < 33 or not head.startswith(_START) or head[24:29] != _EIGHT_BIT_GREY or cores() > FEW_CORES:
        return None
    width, height = struct.unpack(">II", head[16:24])
    if not 0 < width * height <= MOST_PIXELS:
        return None
    most = (width + 1) * height
    most += most // 1000 + 100  # noise does not become smaller, and then there are a few bytes around it
    content = head + stream.read(2 * most)
    if not _is_plain(content, most):
        return None
    try:
        decoded = kornia_rs.io.decode_image_png_u8(content, (height, width), "mono")
    except Exception:  # a plain Exception is what it raises
        return None
    return np.asarray(decoded[..., 0], np.uint8)


def _is_plain(content: bytes, most: int) -> bool:
    """Walk over the chunks: nothing but at most so many bytes of pixels and what has no effect on them."""
    place, pixels = 33, 0
    for _ in range(MOST_CHUNKS):
        start = content[place : place + 8]
        kind, length = start[4:], int.from_bytes(start[:4], "big")
        if kind == b"IEND":
            return True
        if kind == b"IDAT":
            pixels += length
        elif kind not in _WITHOUT_EFFECT:
            return False
        if pixels > most:
            return False
        place += 12 + length
    return False
