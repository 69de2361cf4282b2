"""What the page shows of an image: a thumbnail, the picture itself, and its heat map as a transparent layer."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol.engine.overlay import heat_layer

THUMBNAIL = 192
"""Longest side of a thumbnail, in pixels: twice what it takes on the page, for sharp screens."""


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Make a small JPEG of a grey image (H, W)."""
    image = Image.fromarray(pixels)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX, reducing_gap=None)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()


def picture(pixels: NDArray[np.uint8]) -> bytes:
    """Make a PNG of a grey image (H, W): what the model sees, to the grey value, whatever the file was."""
    return _png(pixels)


def heat_picture(heat: NDArray[np.float32], threshold: float) -> bytes:
    """Make a PNG of a heat map (H, W), transparent where nothing is odd, to be laid over the picture."""
    return _png(heat_layer(heat, threshold))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
