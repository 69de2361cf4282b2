"""Masks as outlines."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LEAST = 3


def mask_pixels(png: bytes) -> NDArray[np.bool_]:
    """Read a mask that the database holds: (H, W) bool."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return np.asarray(image.convert("L")) > 127


def outlines(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Trace the outer borders of a mask (H, W): each an array (N, 2) of x, y along the pixels' outer edges.

    A hole is filled, as neither of the formats that this is for can hold one in a polygon. The mask is doubled first,
    so that the outline runs around the pixels and a line one pixel wide has an area.
    """
    double = np.repeat(np.repeat(mask.astype(np.uint8), 2, 0), 2, 1)
    found, _ = cv2.findContours(double, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    lines = [contour[:, 0].astype(np.float64) for contour in found]
    # Doubled pixels 2x and 2x + 1 are the edges x and x + 1.
    return [np.ceil(line / 2) for line in lines if len(line) >= _LEAST]
