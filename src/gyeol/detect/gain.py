"""How much higher a model scores defects than the networks of its folds do.

The last fine-tuning goes on from the last fold's network, so a model has learnt for longer than the networks that score
the defects for its threshold, and scores all defects higher. By how much, is told by the defects that both have learnt:
a defect that neither has seen gains as much (measured in docs/decisions.md). Without it the threshold would be too low.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def gain_of(rows: list[dict[str, Any]], own: NDArray[np.float64]) -> float:
    """Give the gain: the median difference of scores, on the scale of their inverse hyperbolic sine.

    Parameters
    ----------
    rows : list of dict
        Calibrated scores of defects by the folds' networks: ``defect``, ``calibrated``, and whether that network has
        ``learnt`` it. Those that were not learnt are passed over.
    own : (M,) float64
        Calibrated scores of all defects by the model, which has learnt them.

    Returns
    -------
    float
        0 where no defect was learnt by both.
    """
    learnt = [row for row in rows if row["learnt"]]
    if not learnt:
        return 0.0
    before = np.array([row["calibrated"] for row in learnt], np.float64)
    after = own[[row["defect"] for row in learnt]]
    return float(np.median(np.arcsinh(after) - np.arcsinh(before)))


def raised(rows: list[dict[str, Any]], gain: float) -> list[dict[str, Any]]:
    """Give the rows of the defects that were not learnt, with the scores that the model would give them."""
    return [
        {
            **{name: row[name] for name in ("defect", "fold", "kind")},
            "calibrated": float(np.sinh(np.arcsinh(row["calibrated"]) + gain)),
        }
        for row in rows
        if not row["learnt"]
    ]
