"""A cellular texture: tiles around jittered points, with dark grout between them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from gyeol.data.sample.fields import Array, turned, unit


def cellular(rng: Generator, style: Mapping[str, float]) -> Array:
    """Paint tiles of a few greys. Needs ``wavelength``, ``grout`` (both pixels) and ``angle`` (radians).

    The distances to the nearest and the second nearest point are sought among the 9 points around, on
    every second pixel: the full search would take longer than the rest of the image.
    """
    along, beside = turned(rng, style["angle"])
    x = along[::2, ::2] / style["wavelength"]
    y = beside[::2, ::2] / style["wavelength"]
    x, y = x - x.min() + 1.0, y - y.min() + 1.0
    column, row = x.astype(np.intp), y.astype(np.intp)
    shape = (int(row.max()) + 2, int(column.max()) + 2)
    points = rng.uniform(0.12, 0.88, (2, *shape))
    greys = rng.uniform(-1.0, 1.0, shape)
    nearest = np.full(x.shape, np.inf)
    second = np.full(x.shape, np.inf)
    grey = np.zeros(x.shape)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            r, c = row + down, column + right
            distance = np.hypot(points[0][r, c] + c - x, points[1][r, c] + r - y)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            grey = np.where(closer, greys[r, c], grey)
            nearest = np.where(closer, distance, nearest)
    gap = (second - nearest) * style["wavelength"] / style["grout"]
    tiles = np.tanh(gap) * (1.0 + 0.45 * grey)
    return unit(_doubled(tiles))


def _doubled(half: Array) -> Array:
    """Double both sides by linear interpolation."""
    for axis in (0, 1):
        following = np.roll(half, -1, axis)
        if axis == 0:
            following[-1] = half[-1]
        else:
            following[:, -1] = half[:, -1]
        half = np.stack([half, (half + following) / 2], axis=axis + 1).reshape(
            half.shape[0] * (2 if axis == 0 else 1), half.shape[1] * (2 if axis == 1 else 1)
        )
    return half
