"""Anomalies that lie on the surface: marks added to the grey values.

Each function takes a crop (S, S) float32 in units of the image's own grey deviation, and returns the changed crop
and a soft map (S, S) in [0, 1] of where it was changed. None of them knows the data: they draw what a surface can
suffer anywhere.
"""

from __future__ import annotations

import cv2
import numpy as np

from gyeol.detect.augment.shapes import (
    Image,
    any_shape,
    blob,
    curve,
    ellipse,
    smooth_noise,
    stroke,
)

Changed = tuple[Image, Image]


def _amplitude(rng: np.random.Generator, low: float = 0.8, high: float = 3.5) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))) * rng.choice([-1.0, 1.0]))


def _profile(line: Image, rng: np.random.Generator) -> Image:
    """Turn a line into a plain, haloed or two-sided (bright beside dark) one."""
    which = rng.integers(3)
    if which == 0:
        return np.asarray(cv2.GaussianBlur(line, (0, 0), float(rng.uniform(0.5, 1.5))), np.float32)
    if which == 1:
        halo = float(rng.uniform(2.0, 6.0))
        return np.asarray(line - cv2.GaussianBlur(line, (0, 0), halo), np.float32)
    wide = cv2.GaussianBlur(line, (0, 0), float(rng.uniform(1.0, 4.0)))
    shift = rng.uniform(1.0, 4.0)
    angle = rng.uniform(0, 2 * np.pi)
    move = np.array([[1, 0, shift * np.cos(angle)], [0, 1, shift * np.sin(angle)]], np.float32)
    other = cv2.warpAffine(wide, move, wide.shape[::-1])
    difference = wide - other
    return np.asarray(difference / max(1e-3, float(np.abs(difference).max())), np.float32)


def scratches(crop: Image, rng: np.random.Generator) -> Changed:
    """Draw one to three curved lines, 1 to 5 pixels wide."""
    size = crop.shape[0]
    line = np.zeros_like(crop)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        line = np.maximum(line, stroke(size, curve(size, rng), int(rng.choice([1, 1, 2, 2, 3, 4, 5]))))
    return crop + _amplitude(rng) * _profile(line, rng), line


def outline(crop: Image, rng: np.random.Generator) -> Changed:
    """Draw a ring, an arc or another closed line."""
    size = crop.shape[0]
    axes = np.exp(rng.uniform(np.log(6), np.log(45), 2))
    if rng.random() < 0.5:
        axes[1] = axes[0] * rng.uniform(0.8, 1.25)
    start = rng.uniform(0, 2 * np.pi)
    whole = rng.random() < 0.6
    angle = start + np.linspace(0, 2 * np.pi if whole else rng.uniform(1.5, 5.0), 40)
    turn = rng.uniform(0, np.pi)
    x, y = axes[0] * np.cos(angle), axes[1] * np.sin(angle)
    turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], 1)
    points = np.round((turned + rng.uniform(0, size, 2)) * 16).astype(np.int32)[:, None]
    line = stroke(size, points, int(rng.integers(1, 6)), closed=whole)
    return crop + _amplitude(rng) * _profile(line, rng), line


def hatching(crop: Image, rng: np.random.Generator) -> Changed:
    """Lay parallel lines or waves over a patch."""
    size = crop.shape[0]
    shape = any_shape(size, rng)
    period = np.exp(rng.uniform(np.log(3.5), np.log(20)))
    angle = rng.uniform(0, np.pi)
    along = np.arange(size, dtype=np.float32) * np.float32(2 * np.pi / period)
    phase = along[:, None] * np.float32(np.sin(angle)) + along * np.float32(np.cos(angle))
    wave = np.sin(phase + np.float32(rng.uniform(0, 2 * np.pi)))
    if rng.random() < 0.5:
        wave = np.asarray(np.maximum(wave - rng.uniform(0, 0.8), 0), np.float32)
        wave /= max(1e-3, float(wave.max()))
    return crop + _amplitude(rng, 0.6, 2.5) * shape * wave, shape


def specks(crop: Image, rng: np.random.Generator) -> Changed:
    """Strew one to fourteen small dots."""
    size = crop.shape[0]
    spots = np.zeros_like(crop)
    count = int(rng.integers(1, 15))
    centre = rng.uniform(0, size, 2)
    spread = np.exp(rng.uniform(np.log(8), np.log(40)))
    largest = np.exp(rng.uniform(np.log(1.5), np.log(8)))
    for place in centre + rng.normal(0, spread, (count, 2)):
        radius = largest * rng.uniform(0.6, 1.0)
        cv2.circle(
            spots,
            tuple(int(v) for v in np.round(place * 16)),
            int(radius * 16),
            1.0,
            cv2.FILLED,
            cv2.LINE_8,
            4,
        )
    soft = cv2.GaussianBlur(spots, (0, 0), float(rng.uniform(0.5, 2.0)))
    return crop + _amplitude(rng, 1.0, 4.0) * soft, spots


def stain(crop: Image, rng: np.random.Generator) -> Changed:
    """Darken or brighten a patch, evenly or unevenly."""
    size = crop.shape[0]
    shape = blob(size, rng) if rng.random() < 0.5 else ellipse(size, rng)
    field = shape
    if rng.random() < 0.3:
        field = shape * (0.6 + 0.4 * smooth_noise(size, float(rng.uniform(4, 20)), rng))
    return crop + _amplitude(rng, 0.7, 3.0) * field, shape


def grain(crop: Image, rng: np.random.Generator) -> Changed:
    """Add noise of one grain size over a patch."""
    size = crop.shape[0]
    shape = any_shape(size, rng)
    scale = float(np.exp(rng.uniform(np.log(1.5), np.log(16))))
    return crop + abs(_amplitude(rng, 0.7, 2.0)) * shape * smooth_noise(size, scale, rng), shape
