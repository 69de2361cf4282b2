"""Small pictures of surfaces: fitted into a square, outlined, and written into the page itself."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

MARK = (45, 212, 191)
"""The outline of a defect is turquoise, which the heat map's yellow to red has nothing of."""


def fitted(pixels: NDArray[np.uint8], side: int, mask: NDArray[np.bool_] | None = None) -> Image.Image:
    """Scale an image so that its longer side has `side` pixels, and outline the mask at that resolution.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
    side : int
    mask : (H, W) bool, optional

    Returns
    -------
    Image
        In mode RGB.
    """
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # An area average keeps a hairline visible, where picking pixels would drop it.
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    small = Image.fromarray(pixels).convert("RGB").resize(size, how)
    if mask is None:
        return small
    share = Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BOX)
    around = ndimage.binary_dilation(np.asarray(share) > 0, np.ones((5, 5), bool))
    around = ndimage.binary_fill_holes(around)
    inner = ndimage.binary_erosion(around, np.ones((3, 3), bool), border_value=0)
    colours = np.array(small)
    colours[around & ~inner] = MARK
    return Image.fromarray(colours)


def data_uri(image: Image.Image, quality: int = 70) -> str:
    """Write a picture as a WebP data URI, which every browser of these years shows; equal pictures give equal text."""
    stream = io.BytesIO()
    image.save(stream, format="WEBP", quality=quality, method=4)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
