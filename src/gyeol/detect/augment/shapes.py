"""Random soft shapes: where an anomaly is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def ellipse(size: int, rng: np.random.Generator, radius: tuple[float, float] = (10.0, 50.0)) -> Image:
    """Draw a filled ellipse with a soft edge: (size, size) in [0, 1], pixels as unit of the radii."""
    shape = np.zeros((size, size), np.float32)
    low, high = np.log(radius)
    axes = np.exp(rng.uniform(low, high, 2))
    centre = rng.uniform(0, size, 2)
    cv2.ellipse(shape, (tuple(centre), tuple(2 * axes), float(rng.uniform(0, 180))), 1.0, cv2.FILLED)
    return soften(shape, rng)


def blob(size: int, rng: np.random.Generator, radius: tuple[float, float] = (14.0, 60.0)) -> Image:
    """Draw an irregular patch: smooth noise above its level, inside an ellipse; (size, size) in [0, 1]."""
    around = ellipse(size, rng, radius)
    noise = smooth_noise(size, float(rng.uniform(6, 30)), rng)
    return soften((around * (noise > rng.uniform(-0.8, 0.2))).astype(np.float32), rng)


def polygon(size: int, rng: np.random.Generator, radius: tuple[float, float] = (12.0, 50.0)) -> Image:
    """Draw a filled polygon of three to seven corners; (size, size) in [0, 1]."""
    corners = int(rng.integers(3, 8))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    low, high = np.log(radius)
    reach = np.exp(rng.uniform(low, high, corners))
    points = rng.uniform(0, size, 2) + np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]
    shape = np.zeros((size, size), np.float32)
    cv2.fillPoly(shape, [np.round(points).astype(np.int32)], 1.0)
    return soften(shape, rng)


def side(size: int, rng: np.random.Generator) -> Image:
    """Everything beyond a straight or wavy line, up to half of the crop; (size, size) in [0, 1]."""
    angle = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.5:
        angle = float(rng.integers(4)) * np.pi / 2 + rng.normal(0, 0.05)
    along = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    distance = np.float32(np.cos(angle)) * along[None] + np.float32(np.sin(angle)) * along[:, None]
    if rng.random() < 0.5:
        distance = distance + smooth_noise(size, float(rng.uniform(20, 80)), rng) * np.float32(
            rng.uniform(0, 0.06)
        )
    return soften((distance > rng.uniform(0.0, 0.4)).astype(np.float32), rng)


def any_shape(size: int, rng: np.random.Generator) -> Image:
    """Draw one of the shapes at random; (size, size) in [0, 1]."""
    if rng.random() < 0.12:
        return side(size, rng)
    return (ellipse, blob, polygon)[int(rng.integers(3))](size, rng)


def soften(shape: Image, rng: np.random.Generator) -> Image:
    """Give a hard shape an edge between sharp and 8 pixels wide."""
    sigma = float(np.exp(rng.uniform(np.log(0.5), np.log(8.0))))
    return np.asarray(cv2.GaussianBlur(shape, (0, 0), sigma), np.float32) if sigma > 0.7 else shape


def smooth_noise(size: int, scale: float, rng: np.random.Generator) -> Image:
    """Make a smooth random field (size, size) of mean 0 and deviation about 1; `scale` is its grain in pixels."""
    coarse = max(3, round(size / scale) + 2)
    noise = rng.standard_normal((coarse, coarse), dtype=np.float32)
    wide = cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide * 1.3, np.float32)


def curve(
    size: int, rng: np.random.Generator, length: tuple[float, float] = (30.0, 220.0)
) -> NDArray[np.int32]:
    """Walk a gently bending line: (N, 1, 2) points in 1/16 pixels as OpenCV's polylines with shift=4 takes."""
    steps = 16
    reach = float(np.exp(rng.uniform(*np.log(length))))
    bend = rng.normal(0, rng.choice([0.02, 0.12, 0.3]), steps).cumsum()
    heading = rng.uniform(0, 2 * np.pi) + bend
    path = np.stack([np.cos(heading), np.sin(heading)], 1).cumsum(0) * (reach / steps)
    path += rng.uniform(0, size, 2) - path[steps // 2]
    return np.round(path * 16).astype(np.int32)[:, None]


def stroke(size: int, points: NDArray[np.int32], width: int, closed: bool = False) -> Image:
    """Draw a line through points (as from :func:`curve`) of `width` pixels; (size, size) in [0, 1]."""
    canvas = np.zeros((size, size), np.uint8)
    cv2.polylines(canvas, [points], closed, 255, max(1, width), cv2.LINE_AA, 4)
    return np.asarray(canvas.astype(np.float32) / 255, np.float32)
