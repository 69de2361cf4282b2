"""How far a figure could be off, had other images of the same sort been in the test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gyeol.metrics.classification import confusion, macro_f1, macro_f1_of_counts


def bootstrap_interval(
    statistic: Callable[[NDArray[np.int64], NDArray[np.float64]], float],
    truth: ArrayLike,
    scores_or_answers: ArrayLike,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Give the percentile bootstrap interval of a statistic, defects and normals resampled separately.

    Parameters
    ----------
    statistic : callable
        ``statistic(truth, scores_or_answers)`` gives a float. For :func:`gyeol.metrics.macro_f1` itself the
        resampled counts are drawn from their (binomial) distribution, which is the same thing and takes under
        a millisecond; anything else is computed ``n`` times.
    truth : array of int or bool, shape (N,)
        1 is defective, 0 is normal.
    scores_or_answers : array of float or int, shape (N,)
        What the statistic takes beside the truth.
    n : int
        The number of resamples.
    seed : int
        The same seed gives the same interval.
    level : float
        The share of the resamples inside, above 0 and below 1.

    Returns
    -------
    (float, float)
        The lower and the upper end. Where no answer is wrong, no resample is either and the interval has no
        width: it does not know of errors that never occurred.

    Raises
    ------
    ValueError
        If ``n`` or ``level`` is out of range, or the statistic refuses what it gets.

    Notes
    -----
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if n < 1 or not 0 < level < 1:
        raise ValueError(f"n must be at least 1 and level between 0 and 1, not {n} and {level}")
    random = np.random.default_rng(seed)
    if statistic is macro_f1:
        samples = _macro_f1_samples(truth, scores_or_answers, n, random)
    else:
        samples = _samples(statistic, truth, scores_or_answers, n, random)
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _macro_f1_samples(
    truth: ArrayLike, answers: ArrayLike, n: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Draw how many defects are hit and how many normals alarm; Macro F1 depends on nothing else."""
    counts = confusion(truth, answers)
    normals, defects = counts.sum(axis=1)
    hits = random.binomial(defects, counts[1, 1] / max(defects, 1), n)
    alarms = random.binomial(normals, counts[0, 1] / max(normals, 1), n)
    return macro_f1_of_counts(hits, alarms, defects, normals)


def _samples(
    statistic: Callable[[NDArray[np.int64], NDArray[np.float64]], float],
    truth: ArrayLike,
    values: ArrayLike,
    n: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    label, value = np.asarray(truth).astype(np.int64), np.asarray(values)
    if label.shape != value.shape:
        raise ValueError(f"{label.size} truths but {value.size} scores or answers")
    groups = [np.flatnonzero(label == 0), np.flatnonzero(label == 1)]
    label = np.concatenate([label[group] for group in groups])
    result = np.empty(n)
    for index in range(n):
        chosen = [random.choice(group, len(group)) for group in groups if len(group)]
        result[index] = statistic(label, value[np.concatenate(chosen)])
    return result
