"""What all pictures of a kind have in common at the same place: uneven light, a fixture, a pattern that never moves.

A camera that does not move sees the same clouds of light and dark behind every piece, and a soft stain is lost among
them though they are known. So the mean of a kind's normals is taken off every image of it before the network looks at
it: background subtraction, or flat-field correction as machine vision has it. Only those scales of the mean count that
explain most of what the pictures show there: of textures that lie anywhere none does, and nothing is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.data.image import MAX_SIDE
from gyeol.detect.surfaces import Backdrop, Surface

COARSE = 4
"""Pixels of the image to one of a background: finer than that, a hand's breadth of movement blurs it anyway."""
SCALES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Deviations of the Gaussians that part a background into scales, in its own pixels."""
COMMON = 0.5
"""Share of the pictures' variance at a scale that their mean must explain."""
LEAST, MOST = 20, 200
"""Normals of a kind that its background is the mean of; of fewer none is made, more are not looked at."""


@dataclass(frozen=True)
class Backgrounds:
    """The backgrounds of K kinds.

    Parameters
    ----------
    size : (2,) int64
        Height and width of the images that have them, in pixels. 0, 0: no kind has any.
    fields : (K, ceil(H / 4), ceil(W / 4)) float16
        Grey values above or below the image's mean; all 0 for a kind whose pictures have nothing in common.
    energy : (K,) float32
        Sum over the pixels of what the field times a picture of its kind gives on average; 1 where there is no field.
    """

    size: NDArray[np.int64]
    fields: NDArray[np.float16]
    energy: NDArray[np.float32]

    @classmethod
    def none(cls, kinds: int) -> Backgrounds:
        """Give so many kinds none."""
        return cls(np.zeros(2, np.int64), np.zeros((kinds, 0, 0), np.float16), np.ones(kinds, np.float32))

    @cached_property
    def kinds(self) -> NDArray[np.bool_]:
        """Which kinds have one: (K,)."""
        return np.asarray(self.fields.any((1, 2)))

    @cached_property
    def _kept(self) -> dict[int, Backdrop]:
        return {}

    def of(self, kind: int, shape: tuple[int, ...]) -> Backdrop | None:
        """Give the background of an image of a kind and `shape` (H, W); None where there is none."""
        if not self.kinds[kind] or tuple(shape) != tuple(self.size.tolist()):
            return None
        if kind not in self._kept:
            self._kept[kind] = Backdrop(_whole(self.fields[kind], shape), float(self.energy[kind]))
        return self._kept[kind]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, for storage; :meth:`from_arrays` takes them back unchanged."""
        return {"size": self.size, "fields": self.fields, "energy": self.energy}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], kinds: int) -> Backgrounds:
        """Make it from what :meth:`to_arrays` gave, for so many kinds.

        Raises
        ------
        ValueError
            If an array is missing, or they do not belong together.
        """
        if missing := [name for name in ("size", "fields", "energy") if name not in arrays]:
            raise ValueError(f"the backgrounds lack {missing[0]}")
        size, fields, energy = (np.asarray(arrays[name]) for name in ("size", "fields", "energy"))
        if size.shape != (2,) or size.dtype.kind != "i" or not ((size >= 0) & (size <= MAX_SIDE)).all():
            raise ValueError("the backgrounds' size is no height and width")
        if fields.shape != (kinds, *(-(-size // COARSE)).tolist()) or fields.dtype != np.float16:
            raise ValueError(
                f"the backgrounds' fields have shape {fields.shape}, which fits neither kinds nor size"
            )
        if energy.shape != (kinds,) or energy.dtype != np.float32:
            raise ValueError("the backgrounds' energy is not a number for each kind")
        if not np.isfinite(fields).all() or not np.isfinite(energy).all() or (energy <= 0).any():
            raise ValueError("a number of the backgrounds is impossible")
        return cls(size.astype(np.int64), fields, energy)


def make_backgrounds(normals: Sequence[Surface], kinds: int) -> Backgrounds:
    """Find what the normals, at least one, of kinds 0 to `kinds` - 1 have in common.

    Only pictures of the most frequent size are looked at: of those, the first :data:`MOST` of each kind.
    """
    counts: dict[tuple[int, ...], int] = {}
    for surface in normals:
        counts[surface.pixels.shape] = counts.get(surface.pixels.shape, 0) + 1
    size = max(counts, key=lambda shape: (counts[shape], shape))
    fields = np.zeros((kinds, -(-size[0] // COARSE), -(-size[1] // COARSE)), np.float16)
    energy = np.ones(kinds, np.float32)
    for kind in range(kinds):
        own = [each.pixels for each in normals if each.kind == kind and each.pixels.shape == size]
        if len(own) < LEAST:
            continue
        mean, field = _common(own[:MOST])
        product = float(np.vdot(_whole(mean, size), _whole(field, size)))
        if product > 0:
            fields[kind], energy[kind] = field, product
    if not fields.any():
        return Backgrounds.none(kinds)
    return Backgrounds(np.array(size, np.int64), fields, energy)


def _whole(field: NDArray[np.floating[Any]], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Bring a field (h, w) to the pixels of an image of `shape` (H, W)."""
    wide = cv2.resize(field.astype(np.float32), None, fx=COARSE, fy=COARSE, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(wide[: shape[0], : shape[1]])


def _common(pictures: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Average pictures of one size: all of it, and only the scales of which the mean explains most, (h, w) both."""
    count = len(pictures)
    sums: list[NDArray[np.float64]] = [np.zeros(0)] * (len(SCALES) + 1)
    energies = np.zeros(len(sums))
    for pixels in pictures:
        for number, part in enumerate(_scales(_coarse(pixels))):
            sums[number] = sums[number] + part if sums[number].size else part.astype(np.float64)
            energies[number] += float((part.astype(np.float64) ** 2).mean())
    field = np.zeros(sums[0].shape)
    for total, energy in zip(sums, energies / count, strict=True):
        mean = total / count
        own = (energy - float((mean**2).mean())) * count / (count - 1)  # of a picture around the true mean
        if energy > 0 and 1 - own / energy > COMMON:
            field += mean
    return np.asarray(sum(sums) / count, np.float32), field.astype(np.float16)


def _scales(grey: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Part an image (h, w) of mean 0 into differences of Gaussians, whose sum it is."""
    smooth = [cv2.GaussianBlur(grey, (0, 0), each, borderType=cv2.BORDER_REFLECT) for each in SCALES]
    finer = [grey, *smooth]
    differences = [np.asarray(fine - rough, np.float32) for fine, rough in pairwise(finer)]
    return [*differences, np.asarray(smooth[-1], np.float32)]


def _coarse(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Average squares of :data:`COARSE` pixels, less the image's mean; the border is mirrored up to whole squares."""
    height, width = pixels.shape
    even = np.pad(pixels, ((0, -height % COARSE), (0, -width % COARSE)), mode="symmetric")
    small = cv2.resize(
        even.astype(np.float32),
        (even.shape[1] // COARSE, even.shape[0] // COARSE),
        interpolation=cv2.INTER_AREA,
    )
    return np.asarray(small - small.mean(), np.float32)
