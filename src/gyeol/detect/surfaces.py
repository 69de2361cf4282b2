"""The training images in memory, normalised crops out of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SHOWN = 2.0
"""Most of a background that an image is taken to show: in twice the light."""
FLAT = 2.0
"""Smallest grey deviation to divide by: below it, the contrast of an image is the camera's noise."""


@dataclass(frozen=True)
class Backdrop:
    """What all pictures of a kind have in common at the same place; see :mod:`gyeol.detect.background`.

    Parameters
    ----------
    field : (H, W) float32
        Grey values above or below the image's mean.
    energy : float
        Sum of its products with a picture of the kind, on average; above 0.
    """

    field: NDArray[np.float32]
    energy: float

    def share(self, pixels: NDArray[np.uint8]) -> float:
        """Say how much of it, from 0 to :data:`SHOWN`, an image (H, W) shows, by the product of both.

        1 on average where it was taken as those that were learnt from; in stronger light it is more, and where the
        camera was moved, or another pattern lies there, none.
        """
        centred = pixels.astype(np.float32).ravel()
        centred -= centred.mean()
        return min(max(float(centred @ self.field.ravel()) / self.energy, 0.0), SHOWN)

    def taken_off(self, pixels: NDArray[np.uint8], share: float) -> NDArray[np.float32]:
        """Give the grey values of an image (H, W) without so much of it."""
        return pixels.astype(np.float32) - np.float32(share) * self.field


@dataclass
class Surface:
    """One image.

    Parameters
    ----------
    pixels : (H, W) uint8
        Grey values.
    kind : int
        Number of its texture kind.
    mask : (H, W) bool or None
        Where the defect is, roughly; None for normals.
    distance : float
        How far its texture is from that kind, as in :meth:`gyeol.kinds.Kinds.distance`.

    Attributes
    ----------
    mean, deviation : float
        Of the grey values, as they are.
    share : float
        How much of its kind's background it shows; not a number where nothing is taken off.
    """

    pixels: NDArray[np.uint8]
    kind: int = 0
    mask: NDArray[np.bool_] | None = None
    distance: float = 0.0

    def __post_init__(self) -> None:
        self.mean, self.deviation = grey_statistics(self.pixels)
        self.put_before(None)

    def put_before(self, backdrop: Backdrop | None) -> None:
        """Take off what its kind's pictures have in common, from now on; None puts it back."""
        self.backdrop = backdrop
        self.share = math.nan if backdrop is None else backdrop.share(self.pixels)
        same = self.mean, self.deviation
        self._level, self._unit = same if backdrop is None else grey_statistics(self.without_background())

    def without_background(self) -> NDArray[np.uint8 | np.float32]:
        """Give the grey values (H, W), as they are where nothing is taken off."""
        return self.pixels if self.backdrop is None else self.backdrop.taken_off(self.pixels, self.share)

    def normalised(
        self, window: tuple[slice, slice], moved: tuple[int, int] = (0, 0), share: float = 1.0
    ) -> NDArray[np.float32]:
        """Cut a part out, in units of the deviation of the whole from its mean.

        `moved` by some pixels, or only a `share` of it: so its kind's background is taken off, where there is one.
        """
        grey: NDArray[Any] = self.pixels[window]
        if self.backdrop is not None:
            field = self.backdrop.field
            places = (
                (part.start + by + np.arange(length)).clip(0, whole - 1)
                for part, by, length, whole in zip(window, moved, grey.shape, field.shape, strict=True)
            )
            grey = grey.astype(np.float32) - np.float32(self.share * share) * field[np.ix_(*places)]
        return normalise(grey, self._level, self._unit)


def grey_statistics(pixels: NDArray[np.uint8 | np.float32]) -> tuple[float, float]:
    """Mean and deviation of an image's grey values, the deviation at least :data:`FLAT`."""
    mean, deviation = cv2.meanStdDev(pixels)
    return float(mean[0, 0]), max(FLAT, float(deviation[0, 0]))


def normalise(pixels: NDArray[np.uint8 | np.float32], mean: float, deviation: float) -> NDArray[np.float32]:
    """Express grey values in units of the image's deviation from its mean."""
    return (pixels.astype(np.float32) - np.float32(mean)) / np.float32(deviation)


def enlarged(pixels: NDArray[np.float32], times: int) -> NDArray[np.float32]:
    """Enlarge an image (H, W), linearly between the middles of its pixels."""
    if times == 1:
        return pixels
    wide = cv2.resize(pixels, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, np.float32)


def repeated(values: NDArray[Any], times: int) -> NDArray[Any]:
    """Enlarge an array (H, W) by making each value a square of it, as suits masks."""
    return values if times == 1 else np.repeat(np.repeat(values, times, 0), times, 1)


def crop(
    surface: Surface,
    top: int,
    left: int,
    size: int,
    moved: tuple[int, int] = (0, 0),
    share: float = 1.0,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cut a normalised square and its mask, mirrored at the border where the image is smaller.

    The background is taken off as in :meth:`Surface.normalised`.

    Returns
    -------
    pixels : (size, size) float32
        In units of the image's own grey deviation.
    mask : (size, size) float32
        1 inside the marked defect, 0 elsewhere; all 0 for normals.
    """
    window = (slice(top, top + size), slice(left, left + size))
    pixels = surface.normalised(window, moved, share)
    mask = np.zeros_like(pixels) if surface.mask is None else surface.mask[window].astype(np.float32)
    lack = (size - pixels.shape[0], size - pixels.shape[1])
    if any(lack):
        pixels = np.pad(pixels, ((0, lack[0]), (0, lack[1])), mode="symmetric")
        mask = np.pad(mask, ((0, lack[0]), (0, lack[1])), mode="symmetric")
    return pixels, mask


def random_corner(surface: Surface, size: int, rng: np.random.Generator) -> tuple[int, int]:
    """Draw the top left corner of a crop that lies inside the image where it can.

    It is drawn from a wider range and moved inside, so that one crop in three lies at each border: light falls off
    there, and a network that has hardly seen the corners of good images calls them defective.
    """

    def start(length: int) -> int:
        beyond = size // 4
        return min(max(0, int(rng.integers(-beyond, max(1, length - size + beyond)))), max(0, length - size))

    height, width = surface.pixels.shape
    return start(height), start(width)


def corner_on_defect(surface: Surface, size: int, rng: np.random.Generator) -> tuple[int, int]:
    """Draw the corner of a crop that holds the middle of the marked defect at a random place."""
    if surface.mask is None:
        return random_corner(surface, size, rng)
    corner = []
    for axis, length in enumerate(surface.pixels.shape):
        places = np.flatnonzero(surface.mask.any(axis=1 - axis))
        middle = (int(places[0]) + int(places[-1])) / 2
        start = round(middle - rng.uniform(0.2, 0.8) * size)
        corner.append(min(max(0, start), max(0, length - size)))
    return corner[0], corner[1]
