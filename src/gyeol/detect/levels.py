"""Bring the thresholds of all kinds of texture to one.

Calibration makes the good surfaces of all kinds alike. How far above them defects lie still differs from kind to kind:
a scratch in wood may score 10, one in woven cloth 40, and the threshold that is best for both together is too high for
the one and lower than it need be for the other. A kind's own few defects are too little to choose a threshold by, so
it is chosen by all of them, of which its own count for more (partial pooling, as in empirical Bayes; Efron and Morris
1975). The scores of the kind are then divided so that its threshold becomes the one that all kinds share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.threshold import best_of, share_above, shares_below

BELIEF = 3.0
"""Defects whose worth all of them together have against a kind's own."""
MOST = 2.5
"""Largest factor by which a kind's scores are changed, either way."""
POINTS = 2000
"""Thresholds that are tried."""


@dataclass(frozen=True)
class Levels:
    """How much further a kind's defects lie from its normals than those of other kinds.

    Parameters
    ----------
    by_kind : (K,) float64
        The kind's own threshold over the common one: what its scores are to be divided by. Near 1 for a kind without
        defects of its own.
    defects : (M,) float64
        The defects' scores, each divided by the level that its kind would have without it: what a defect that nobody
        has seen yet would score.
    """

    by_kind: NDArray[np.float64]
    defects: NDArray[np.float64]


def levels_of(
    rows: list[dict[str, Any]], normals: NDArray[np.float64], kinds: int, prevalence: float | None
) -> Levels:
    """Find the levels from rows of defects as :class:`gyeol.detect.fitted.Fitted` has them."""
    defects = np.array([row["calibrated"] for row in rows], np.float64)
    return find_levels(normals, defects, np.array([row["kind"] for row in rows]), kinds, prevalence)


def find_levels(
    normals: NDArray[np.float64],
    defects: NDArray[np.float64],
    kind: NDArray[np.integer],
    kinds: int,
    prevalence: float | None = None,
) -> Levels:
    """Find every kind's level; 1 for all where there is one kind or one defect, or a threshold below usual normals.

    Parameters
    ----------
    normals, defects : (N,), (M,) float64
        Calibrated scores of images that the network scoring them was not trained on.
    kind : (M,) int
        The defects' kinds, 0 to kinds - 1.
    kinds : int
        Number of kinds.
    prevalence : float or None
        As for :func:`gyeol.detect.threshold.choose_threshold`.
    """
    count = len(defects)
    one = Levels(np.ones(kinds), defects)
    if kinds < 2 or count < 2:
        return one
    low, high = np.arcsinh([np.median(normals), max(normals.max(), defects.max()) + 1])
    grid = np.sinh(np.linspace(low, high, POINTS))
    alarms, below = share_above(normals, grid), shares_below(defects, grid)
    together = below.sum(1)
    common = grid[best_of(together / count, alarms, prevalence)]
    if common <= 0:
        return one
    own = np.stack([below[:, kind == number].sum(1) for number in range(kinds)])
    known = np.bincount(kind, minlength=kinds)

    def level(number: int, without: NDArray[np.float64] | float = 0.0, fewer: int = 0) -> float:
        """Level of a kind, where one defect is left out: its shares below each threshold, and that it is one."""
        pooled = (together - without) / (count - fewer)
        trust = known[number] - fewer
        missed = (own[number] - without + BELIEF * pooled) / (trust + BELIEF)
        return float(np.clip(grid[best_of(missed, alarms, prevalence)] / common, 1 / MOST, MOST))

    alone = [level(int(number), below[:, place], 1) for place, number in enumerate(kind)]
    return Levels(np.array([level(number) for number in range(kinds)]), defects / np.array(alone))
