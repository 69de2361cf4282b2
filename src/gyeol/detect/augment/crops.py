"""A crop while it is being made, and the last things done to it, whatever it shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gyeol.detect.augment.shapes import Image
from gyeol.detect.augment.symmetry import ALL, Way, turned
from gyeol.detect.network import STRIDE


@dataclass
class Crop:
    """One crop with what is known of it.

    Parameters
    ----------
    pixels : (S, S) float32
        In units of the image's grey deviation.
    mask : (S, S) float32
        1 where it is defective.
    known : (S, S) float32
        0 where it is not known whether it is.
    rough : bool
        Whether a person drew the mask, so that only some of what it marks shows the defect.
    normal : int
        Number of the normal image that it was cut from, or -1.
    ways : tuple of Way
        The turns and mirror images that it may be given.
    """

    pixels: Image
    mask: Image
    known: Image
    rough: bool = False
    normal: int = -1
    ways: tuple[Way, ...] = ALL


@dataclass
class Cells:
    """What the cells of a crop are taught, each (S/8, S/8) float32; see :class:`gyeol.detect.augment.batch.Batch`."""

    target: Image
    weight: Image
    rough: Image


def finish(crop: Crop, size: int, rng: np.random.Generator) -> tuple[Image, Cells]:
    """Scale a crop to `size`, turn, mirror and re-light it, and bring its mask to cells."""
    way = crop.ways[int(rng.integers(len(crop.ways)))]
    pixels = turned(resized(crop.pixels, size), way)
    if rng.random() < 0.5:
        pixels = pixels * np.float32(rng.uniform(0.85, 1.15)) + np.float32(rng.uniform(-0.2, 0.2))
    if rng.random() < 0.3:
        pixels = pixels + _slope(size, rng)
    if rng.random() < 0.3:
        noise = rng.standard_normal(pixels.shape, dtype=np.float32)
        pixels = pixels + noise * np.float32(rng.uniform(0, 0.15))
    return np.ascontiguousarray(pixels), _cells(crop, size, way)


def _cells(crop: Crop, size: int, way: Way) -> Cells:
    """Scale, turn and mirror what is known of a crop; most of it is the same everywhere, which is soon told."""
    if not crop.mask.any() and crop.known.all():
        none = np.zeros((size // STRIDE, size // STRIDE), np.float32)
        return Cells(none, np.ones_like(none), none)
    mask, known = (turned(resized(each, size), way) for each in (crop.mask, crop.known))
    return to_cells(mask, known, crop.rough)


def resized(image: Image, size: int) -> Image:
    """Scale (S, S) to (size, size), averaging where it becomes smaller."""
    if image.shape[0] == size:
        return image
    how = cv2.INTER_AREA if image.shape[0] > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(image), (size, size), interpolation=how), np.float32)


def _slope(size: int, rng: np.random.Generator) -> Image:
    """Light that falls off to one side, bent or straight: (size, size), up to 0.6 grey deviations."""
    along = np.linspace(-1, 1, size, dtype=np.float32)
    row, column, bend = (np.float32(value) for value in rng.uniform(-0.3, 0.3, 3))
    field = row * along[:, None] + column * along[None]
    return np.asarray(field + bend * (along[:, None] ** 2 + along[None] ** 2 - 0.67), np.float32)


def to_cells(mask: Image, known: Image, rough: bool = False) -> Cells:
    """Bring a mask and the part that is known, both (S, S), to cells.

    A cell is defective where the mask, widened by two pixels so that a hairline counts, covers half of it. Its
    neighbours that it touches at all are left open. Of a rough mask, drawn by a person, no cell is certain.
    """
    cover = _covered(np.asarray(cv2.dilate(mask, np.ones((5, 5), np.uint8)), np.float32))
    near = cv2.dilate(cover, np.ones((3, 3), np.uint8)) > 0.05
    target = np.asarray((cover >= 0.5) & (not rough), np.float32)
    weight = np.where(target > 0, 1.0, (_covered(known) > 0.95) & ~near).astype(np.float32)
    return Cells(target, weight, np.asarray((_covered(mask) > 0.05) & rough, np.float32))


def _covered(mask: Image) -> Image:
    small = (mask.shape[1] // STRIDE, mask.shape[0] // STRIDE)
    return np.asarray(cv2.resize(mask, small, interpolation=cv2.INTER_AREA), np.float32)
