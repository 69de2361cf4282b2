"""The axis of calibrated scores: straight around 0, where normals lie, and ever denser above, where defects lie."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

_TICKS = (-20, -10, -5, -2, 0, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_WIDTH = 2.0


def score_axis(axes: Axes, low: float, high: float) -> None:
    """Make the x axis one of scores."""
    axes.set_xscale("asinh", linear_width=_WIDTH)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:,}".replace("-", "−") for tick in ticks])
    axes.set_xlim(low, high)


def score_bins(low: float, high: float, bins: int = 40) -> NDArray[np.float64]:
    """Divide a range of scores into bins that are equally wide on that axis: the edges, (bins + 1,)."""
    ends = np.arcsinh(np.array([low, high]) / _WIDTH)
    return np.asarray(np.sinh(np.linspace(ends[0], ends[1], bins + 1)) * _WIDTH, np.float64)


def score_range(*scores: NDArray[np.float64]) -> tuple[float, float]:
    """Give the ends of the axis for some scores, with a little room."""
    ends = np.arcsinh(np.array([min(s.min() for s in scores), max(s.max() for s in scores)]) / _WIDTH)
    room = 0.04 * max(float(ends[1] - ends[0]), 0.5)
    low, high = np.sinh(ends + np.array([-room, room])) * _WIDTH
    return float(low), float(high)
