"""Heat maps as pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RAW_LOW, RAW_HIGH = -10.0, 90.0
"""Calibrated scores that a raw heat map's 0 and 65535 stand for."""
COLOURS = np.array([[0.99, 0.91, 0.15], [0.96, 0.55, 0.10], [0.84, 0.10, 0.11]], np.float32)
"""Yellow at the threshold, then orange, red: told apart by colour-blind people, for they also darken."""


OPAQUE = np.float32(0.65)
"""How much of the surface a heat map covers at most."""


def overlay(pixels: NDArray[np.uint8], heat: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Lay a heat map over its image: (H, W) uint8 and float32 to (H, W, 3) uint8.

    Up to half of the threshold nothing is drawn; at the threshold it is yellow, at three times it red.
    """
    colour, alpha = _colours(heat, threshold)
    grey = np.repeat(pixels[..., None].astype(np.float32), 3, axis=-1)
    mixed = grey * (1 - alpha) + 255 * colour * alpha
    return np.asarray(np.clip(mixed + 0.5, 0, 255).astype(np.uint8))


def heat_layer(heat: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Colour a heat map as :func:`overlay` does, to be laid over by others: (H, W) float32 to (H, W, 4) uint8."""
    colour, alpha = _colours(heat, threshold)
    return np.asarray((255 * np.concatenate([colour, alpha / OPAQUE], -1) + 0.5).astype(np.uint8))


def _colours(heat: NDArray[np.float32], threshold: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the colour (H, W, 3) of every pixel and how much of it (H, W, 1) covers the image, both 0 to 1."""
    strength = heat / max(threshold, 1e-3)
    alpha = OPAQUE * np.clip((strength - 0.5) * 2, 0, 1)[..., None]
    step = np.clip(strength - 1, 0, 2)[..., None] * np.float32(0.9999)
    low = step.astype(np.int64)[..., 0]
    colour = COLOURS[low] * (1 - (step - low[..., None])) + COLOURS[np.minimum(low + 1, 2)] * (
        step - low[..., None]
    )
    return colour, alpha


def save_overlay(path: Path, pixels: NDArray[np.uint8], heat: NDArray[np.float32], threshold: float) -> None:
    """Write :func:`overlay` as a PNG file."""
    Image.fromarray(overlay(pixels, heat, threshold)).save(path, compress_level=1)


def save_raw(path: Path, heat: NDArray[np.float32]) -> None:
    """Write a heat map (H, W) as a 16-bit grey PNG, from RAW_LOW to RAW_HIGH."""
    Image.fromarray(raw_values(heat)).save(path, compress_level=1)


def raw_values(heat: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Bring calibrated scores to 16 bits: RAW_LOW becomes 0, RAW_HIGH 65535."""
    scaled = np.clip((heat - RAW_LOW) / (RAW_HIGH - RAW_LOW), 0, 1) * 65535
    return np.asarray(np.round(scaled), np.uint16)
