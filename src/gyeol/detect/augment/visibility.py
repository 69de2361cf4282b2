"""Whether a change can be seen: an anomaly that nobody could see must not be taught as one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.detect.augment.shapes import Image

CELL = 8
"""Pixels between the places where surface statistics are compared."""


def surface_statistics(crop: Image) -> NDArray[np.float32]:
    """Local brightness and local energy of edges and spots: crop (S, S) to (7, S/8 - 1, S/8 - 1).

    The energies are of the four directions of edges and of spots of two sizes, each averaged over about 24 pixels.
    """
    height, width = crop.shape[0] - CELL, crop.shape[1] - CELL  # a margin for the differences

    def at(row: int, column: int) -> Image:
        return crop[row : row + height, column : column + width]

    coarse = cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = (slice(2, 2 + height // 2), slice(2, 2 + width // 2))
    maps = (
        coarse[half] * 2,
        cv2.absdiff(at(4, 3), at(4, 5)),
        cv2.absdiff(at(3, 4), at(5, 4)),
        cv2.absdiff(at(3, 3), at(5, 5)),
        cv2.absdiff(at(3, 5), at(5, 3)),
        cv2.absdiff(at(4, 4), cv2.blur(crop, (3, 3))[4 : 4 + height, 4 : 4 + width]),
        cv2.absdiff(coarse, cv2.blur(coarse, (5, 5)))[half],
    )
    small = (width // CELL, height // CELL)
    cells = [cv2.resize(each, small, interpolation=cv2.INTER_AREA) for each in maps]
    return np.stack([cv2.blur(each, (3, 3)) for each in cells])


def visibility(before: Image, after: Image, where: Image) -> float:
    """Measure the change inside `where` in units of how much the surface varies by itself.

    Parameters
    ----------
    before, after : (S, S) float32
        The crop without and with the anomaly.
    where : (S, S) float32
        Soft map of the anomaly in [0, 1].

    Returns
    -------
    float
        The 90th percentile, over the anomaly's cells, of the largest change of any statistic, divided by that
        statistic's deviation over the untouched crop (from quartiles, so that a seam of the part does not hide
        everything else). Two pieces of one texture differ by about 3.
    """
    first, second = surface_statistics(before), surface_statistics(after)
    height, width = first.shape[1] * CELL, first.shape[2] * CELL
    part = where[CELL // 2 : CELL // 2 + height, CELL // 2 : CELL // 2 + width]
    inside = cv2.resize(part, first.shape[:0:-1], interpolation=cv2.INTER_AREA) > 0.1
    if not inside.any():
        return 0.0
    ordered = np.sort(first.reshape(len(first), -1), axis=1)
    quarter = ordered.shape[1] // 4
    deviation = (ordered[:, -quarter] - ordered[:, quarter]) / 1.35 + 0.02
    change = (np.abs(second - first) / deviation[:, None, None]).max(0)
    return float(np.quantile(change[inside], 0.9))
