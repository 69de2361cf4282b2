"""Bring the scores of all kinds of texture to one scale.

A restless texture gives higher raw scores on good surface than a calm one, so one threshold on raw scores is too
low for some kinds and too high for others. Normals (:mod:`gyeol.detect.usual`) say what is usual for each kind;
a score is then told in units of how far that kind's good surfaces reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REACH = 0.95
"""Quantile of the normals' scores that the scale is measured at: the upper side is the one that matters."""
BELIEF = 20.0
"""Images whose worth the pooled scale has against a kind's own."""


@dataclass(frozen=True)
class Calibration:
    """Location and scale of the raw scores of normals, for every kind.

    Parameters
    ----------
    centre : (K,) float64
        Median raw score of the kind's normals.
    scale : (K,) float64
        Distance from the median to the 95 % quantile, divided by 1.645: the deviation, were the scores Gaussian.
        After :meth:`levelled`, times the kind's level.
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    def __call__(self, raw: NDArray[np.floating], kind: NDArray[np.integer]) -> NDArray[np.float64]:
        """Calibrate raw scores (N,) of images of the given kinds (N,): 0 is a usual normal, 1.645 its 95 %."""
        kind = np.asarray(kind)
        return np.asarray((np.asarray(raw, np.float64) - self.centre[kind]) / self.scale[kind], np.float64)

    def levelled(self, by_kind: NDArray[np.float64]) -> Calibration:
        """Divide the scores of each kind by its level (K,); see :mod:`gyeol.detect.levels`."""
        return Calibration(self.centre, self.scale * by_kind)


def calibrate(raw: NDArray[np.floating], kind: NDArray[np.integer], kinds: int) -> Calibration:
    """Learn the calibration from normals.

    Parameters
    ----------
    raw : (N,) float
        Raw scores of normals; N at least 1.
    kind : (N,) int
        Their kinds, 0 to kinds - 1. A kind with few of them leans on the scale of all.
    kinds : int
        Number of kinds.
    """
    raw = np.asarray(raw, np.float64)
    kind = np.asarray(kind)
    overall = float(np.median(raw))
    centre = np.full(kinds, overall)
    for number in range(kinds):
        if (kind == number).any():
            centre[number] = np.median(raw[kind == number])
    pooled = _spread(raw - centre[kind])
    scale = np.full(kinds, pooled)
    for number in range(kinds):
        own = raw[kind == number] - centre[number]
        if len(own) > 1:
            trust = len(own) / (len(own) + BELIEF)
            scale[number] = trust * _spread(own) + (1 - trust) * pooled
    return Calibration(centre, np.maximum(scale, 0.05))


def _spread(deviations: NDArray[np.float64]) -> float:
    return float(np.quantile(deviations, REACH)) / 1.645
