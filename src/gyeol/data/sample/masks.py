"""Weak masks: the generous, slightly misplaced ellipse that a hurried person draws around a defect."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from gyeol.data.sample.fields import SIDE
from gyeol.data.sample.shapes import Bools

_THINNEST = 12.0  # half axis in pixels: nobody draws a thinner ellipse by hand


def weak_mask(rng: Generator, exact: Bools) -> Bools:
    """Draw a filled ellipse around a defect.

    Parameters
    ----------
    rng : Generator
        The only source of chance.
    exact : (512, 512) array of bool
        The defect's pixels; at least one.

    Returns
    -------
    (512, 512) array of bool
        1.2 to 1.6 times as long and as wide as the defect, off-centre by up to a tenth of its half axes
        and turned by up to 10 degrees.
    """
    points = np.argwhere(exact).astype(np.float64)
    middle = points.mean(axis=0)
    # The direction in which the points spread most, and the one beside it.
    axes = np.linalg.eigh(np.cov((points - middle).T) + np.eye(2) * 1e-6)[1][:, ::-1]
    spread = (points - middle) @ axes
    low, high = spread.min(axis=0), spread.max(axis=0)
    half = np.maximum((high - low) / 2, _THINNEST / 1.4)
    centre = middle + axes @ ((low + high) / 2 + rng.uniform(-0.1, 0.1, 2) * half)
    half = half * rng.uniform(1.2, 1.6, 2)
    angle = np.arctan2(axes[1, 0], axes[0, 0]) + rng.uniform(-1.0, 1.0) * np.pi / 18
    rows, columns = np.ogrid[:SIDE, :SIDE]
    y, x = rows - centre[0], columns - centre[1]
    along = np.cos(angle) * y + np.sin(angle) * x
    beside = -np.sin(angle) * y + np.cos(angle) * x
    return np.asarray((along / half[0]) ** 2 + (beside / half[1]) ** 2 <= 1.0)
