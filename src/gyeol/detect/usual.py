"""What normals score, which calibrates the scores and says how many normals lie above a threshold.

The normals that were kept out of training are few where a folder is small: some twenty of each kind. A scale taken from
twenty scores fits these twenty better than any others, so that next to none of them seems to stand out, and a threshold
chosen by them is too low. So normals that were learnt from are judged, too, which score like the others unless the
network knows them by heart, and each is calibrated by others (cross-validation, Stone 1974).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.calibration import Calibration, calibrate
from gyeol.detect.surfaces import Surface
from gyeol.metrics.classification import auroc

ENOUGH = 1000
"""Normals that are judged, where there are so many."""
PARTS = 10
"""Parts of them, each of every kind, of which one is scored by what the others say."""
BY_HEART = 0.6
"""Chance, from which on the network knows what it learnt from, that a normal kept out scores above one of them."""


def normals_to_judge(held_out: list[Surface], training: list[Surface]) -> list[Surface]:
    """Choose those kept out of training, and then as many that were learnt from as are needed, none twice."""
    learnt = list({id(surface): surface for surface in training}.values())
    return [*held_out, *learnt[: max(0, ENOUGH - len(held_out))]]


def usual_scores(
    raw: NDArray[np.float64], kind: NDArray[np.int64], held_out: int, kinds: int
) -> tuple[Calibration, NDArray[np.float64], NDArray[np.int64]]:
    """Calibrate by normals, and say what they score themselves.

    Parameters
    ----------
    raw, kind : (N,)
        Raw scores and kinds of the normals of :func:`normals_to_judge`.
    held_out : int
        How many of them, the first ones, were kept out of training.
    kinds : int
        Number of kinds.

    Returns
    -------
    calibration : Calibration
    scores : (M,) float64
        Each normal's, calibrated by others. Without the ones that were learnt from where they are known by heart.
    kind : (M,) int64
        Their kinds.
    """
    if known_by_heart(raw, kind, held_out):
        raw, kind = raw[:held_out], kind[:held_out]
    return calibrate(raw, kind, kinds), scores_apart(raw, kind, kinds), kind


def scores_apart(raw: NDArray[np.float64], kind: NDArray[np.int64], kinds: int) -> NDArray[np.float64]:
    """Score each normal (N,) by the calibration that those of the other parts give; one alone by its own."""
    if len(raw) < 2:
        return calibrate(raw, kind, kinds)(raw, kind)
    part = np.empty(len(raw), np.int64)
    part[np.argsort(kind, kind="stable")] = np.arange(len(raw)) % PARTS
    scores = np.empty(len(raw))
    for number in range(PARTS):
        own = part == number
        scores[own] = calibrate(raw[~own], kind[~own], kinds)(raw[own], kind[own])
    return scores


def known_by_heart(raw: NDArray[np.float64], kind: NDArray[np.int64], held_out: int) -> bool:
    """Tell whether the normals that were learnt from score lower, kind by kind, than the first ones, kept out."""
    if not 0 < held_out < len(raw):
        return False
    deviation = raw - calibrate(raw, kind, int(kind.max()) + 1).centre[kind]
    return auroc(np.arange(len(raw)) < held_out, deviation) >= BY_HEART
