"""Anomalies of the surface itself: the texture is changed inside a patch.

Same form as the marks: crop (S, S) float32 in, changed crop and soft map out. Those that need other surface get a
second crop of the same size, `other`.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.detect.augment.shapes import Image, any_shape, ellipse

Changed = tuple[Image, Image]


def blend(crop: Image, inside: NDArray[Any], shape: Image) -> Image:
    """Put `inside` into the crop where the shape is 1; all (S, S)."""
    return np.asarray(crop + shape * (inside - crop), np.float32)


def foreign(crop: Image, other: Image, rng: np.random.Generator) -> Changed:
    """Replace a patch by other surface, more or less opaque."""
    shape = any_shape(crop.shape[0], rng)
    return blend(crop, other, shape * np.float32(rng.uniform(0.5, 1.0))), shape


def turned(crop: Image, other: Image, rng: np.random.Generator) -> Changed:
    """Turn or scale the own texture inside a patch."""
    size = crop.shape[0]
    scale = rng.choice([1.0, 1.0, rng.uniform(0.5, 0.75), rng.uniform(1.4, 2.0)])
    angle = rng.uniform(20, 160) if scale == 1.0 or rng.random() < 0.5 else 0.0
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), angle, scale)
    inside = cv2.warpAffine(other, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    shape = any_shape(size, rng)
    return blend(crop, inside, shape), shape


def blurred(crop: Image, rng: np.random.Generator) -> Changed:
    """Blur a patch, evenly or along a direction, or smooth it by its median."""
    size = crop.shape[0]
    which = rng.integers(3)
    if which == 0:
        inside = cv2.GaussianBlur(crop, (0, 0), float(np.exp(rng.uniform(np.log(1.2), np.log(6)))))
    elif which == 1:
        length = int(rng.integers(5, 25))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), float(rng.uniform(0, 180)), 1)
        kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
        inside = cv2.filter2D(
            crop, -1, kernel / max(1e-3, float(kernel.sum())), borderType=cv2.BORDER_REFLECT
        )
    else:
        inside = cv2.medianBlur(crop, 5)
    shape = any_shape(size, rng)
    return blend(crop, inside, shape), shape


def contrast(crop: Image, rng: np.random.Generator) -> Changed:
    """Flatten or heighten the texture of a patch around its local mean."""
    shape = any_shape(crop.shape[0], rng)
    mean = cv2.GaussianBlur(crop, (0, 0), float(rng.uniform(6, 20)))
    gain = rng.uniform(0.0, 0.55) if rng.random() < 0.6 else rng.uniform(1.7, 3.0)
    return blend(crop, mean + np.float32(gain) * (crop - mean), shape), shape


def morphed(crop: Image, rng: np.random.Generator) -> Changed:
    """Thicken the bright or the dark parts of a patch, or turn it into its negative."""
    shape = any_shape(crop.shape[0], rng)
    which = rng.integers(3)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5) if rng.random() < 0.5 else (3, 3))
    if which == 0:
        inside = cv2.dilate(crop, kernel)
    elif which == 1:
        inside = cv2.erode(crop, kernel)
    else:
        mean = cv2.GaussianBlur(crop, (0, 0), 12)
        inside = 2 * mean - crop
    return blend(crop, inside, shape), shape


def warped(crop: Image, rng: np.random.Generator) -> Changed:
    """Pinch, bulge, twist or shift the surface inside a round patch."""
    size = crop.shape[0]
    centre = rng.uniform(0, size, 2)
    radius = float(np.exp(rng.uniform(np.log(16), np.log(60))))
    left, top = (max(0, int(c - radius)) for c in centre)
    right, bottom = (min(size, int(c + radius) + 2) for c in centre)
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    dx, dy = x - centre[0], y - centre[1]
    if rng.random() < 0.5:  # an ellipse rather than a circle
        angle, squeeze = rng.uniform(0, np.pi), rng.uniform(0.5, 1.0)
        u, v = dx * np.cos(angle) + dy * np.sin(angle), -dx * np.sin(angle) + dy * np.cos(angle)
        distance = np.sqrt(u**2 + (v / squeeze) ** 2) / radius
    else:
        distance = np.sqrt(dx**2 + dy**2) / radius
    weight = np.clip(1 - distance**2, 0, None) ** 2
    which = rng.integers(3)
    if which == 0:
        pull = rng.uniform(0.5, 1.0) * rng.choice([-1, 0.8])
        map_x, map_y = x + pull * weight * dx, y + pull * weight * dy
    elif which == 1:
        twist = rng.uniform(0.7, 2.5) * rng.choice([-1, 1]) * weight
        cos, sin = np.cos(twist), np.sin(twist)
        map_x, map_y = centre[0] + cos * dx - sin * dy, centre[1] + sin * dx + cos * dy
    else:
        shift, angle = rng.uniform(0.25, 0.7) * radius, rng.uniform(0, 2 * np.pi)
        map_x, map_y = x + shift * np.cos(angle) * weight, y + shift * np.sin(angle) * weight
    moved = crop.copy()
    moved[top:bottom, left:right] = cv2.remap(
        crop,
        map_x.astype(np.float32),
        map_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    where = np.zeros_like(crop)
    where[top:bottom, left:right] = weight > 0.08
    return moved, where


def window(crop: Image, other: Image, rng: np.random.Generator) -> Changed:
    """Lay the brightest or darkest of two surfaces over a patch, as dirt or a print does."""
    shape = ellipse(crop.shape[0], rng)
    pick = np.maximum if rng.random() < 0.5 else np.minimum
    return blend(crop, pick(crop, other + np.float32(rng.uniform(-1, 1))), shape), shape
