"""How well answers and scores tell defects (1) from normals (0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ClassScores:
    """How one class fared.

    Parameters
    ----------
    precision : float
        The share of the answers naming this class that are right, 0 to 1; 0 if there is no such answer.
    recall : float
        The share of the images of this class that got this answer, 0 to 1; 0 if there is no such image.
    f1 : float
        Harmonic mean of the two, 0 if both are 0.
    support : int
        The number of images of this class.
    """

    precision: float
    recall: float
    f1: float
    support: int


def confusion(truth: ArrayLike, answers: ArrayLike) -> NDArray[np.int64]:
    """Count the images by truth and answer.

    Parameters
    ----------
    truth, answers : array of int or bool, shape (N,)
        1 is defective, 0 is normal.

    Returns
    -------
    ndarray of int64, shape (2, 2)
        ``[[right normals, false alarms], [misses, right defects]]``: rows are the truth, columns the answer.

    Raises
    ------
    ValueError
        If the shapes differ, there are no images, or a value is neither 0 nor 1.
    """
    first, second = _binary(truth, "truth"), _binary(answers, "answers")
    if first.shape != second.shape:
        raise ValueError(f"{first.size} truths but {second.size} answers")
    return np.bincount(2 * first + second, minlength=4).reshape(2, 2)


def per_class(truth: ArrayLike, answers: ArrayLike) -> tuple[ClassScores, ClassScores]:
    """Give precision, recall and F1 of the normals and of the defects.

    Parameters
    ----------
    truth, answers : array of int or bool, shape (N,)
        As for :func:`confusion`, which also says what is refused.

    Returns
    -------
    (ClassScores, ClassScores)
        Of class 0 (normal) and class 1 (defective).
    """
    counts = confusion(truth, answers)
    normal, defective = (
        ClassScores(
            precision=_ratio(counts[label, label], counts[:, label].sum()),
            recall=_ratio(counts[label, label], counts[label].sum()),
            f1=_ratio(2 * counts[label, label], counts[:, label].sum() + counts[label].sum()),
            support=int(counts[label].sum()),
        )
        for label in (0, 1)
    )
    return normal, defective


def macro_f1(truth: ArrayLike, answers: ArrayLike) -> float:
    """Give the mean of the F1 of both classes, which is what the competition counts.

    Both classes always enter, also one that occurs in neither truth nor answers (its F1 is then 0), like
    scikit-learn's ``f1_score(..., labels=[0, 1], average="macro", zero_division=0)``.

    Parameters
    ----------
    truth, answers : array of int or bool, shape (N,)
        As for :func:`confusion`, which also says what is refused.

    Returns
    -------
    float
        0 to 1. "Always normal" reaches about 0.5, however many images are right.
    """
    counts = confusion(truth, answers)
    return float(macro_f1_of_counts(counts[1, 1], counts[0, 1], *counts.sum(axis=1)[::-1]))


def macro_f1_of_counts(
    hits: ArrayLike, alarms: ArrayLike, defects: ArrayLike, normals: ArrayLike
) -> NDArray[np.float64]:
    """Give Macro F1 from counts, for many cases at once.

    Parameters
    ----------
    hits, alarms : array of int
        How many defects, and how many normals, are answered with "defective".
    defects, normals : array of int
        How many there are. All four are broadcast together.

    Returns
    -------
    ndarray of float64
        Macro F1, 0 to 1, of the broadcast shape.
    """
    hits, alarms, defects, normals = (
        np.asarray(count, dtype=np.float64) for count in (hits, alarms, defects, normals)
    )
    # F1 = 2 TP / (2 TP + FP + FN) = 2 TP / (answered with the class + of the class)
    of_defects = 2 * hits / np.maximum(hits + alarms + defects, 1)
    rejected = normals - alarms
    of_normals = 2 * rejected / np.maximum(rejected + defects - hits + normals, 1)
    return np.asarray((of_defects + of_normals) / 2)


def accuracy(truth: ArrayLike, answers: ArrayLike) -> float:
    """Give the share of right answers, 0 to 1; see :func:`confusion` for what is refused."""
    counts = confusion(truth, answers)
    return _ratio(np.trace(counts), counts.sum())


def auroc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Give the area under the ROC curve: how often a defect scores above a normal, ties counting half.

    Parameters
    ----------
    truth : array of int or bool, shape (N,)
        1 is defective, 0 is normal.
    scores : array of float, shape (N,)
        Higher is more defective. Finite.

    Returns
    -------
    float
        0 to 1; 0.5 is chance.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not allowed, or only one class occurs.
    """
    labels, values = _rankable(truth, scores)
    hits, alarms, _ = _counts_down(labels, values)
    # The area under straight lines between the points (Fawcett 2006), for ties are cut in any order.
    return float(np.trapezoid(hits / hits[-1], alarms / alarms[-1]))


def average_precision(truth: ArrayLike, scores: ArrayLike) -> float:
    """Give the average precision of the defects: the mean of the precision over the recall's steps.

    Parameters and errors are those of :func:`auroc`. Chance is the share of defects.
    """
    hits, _, called = _counts_down(*_rankable(truth, scores))
    return float((np.diff(hits) * hits[1:] / called[1:]).sum() / hits[-1])


def _counts_down(
    labels: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count what lies at or above each different score, from above: defects, normals, all; beginning with 0."""
    order = np.argsort(-values, kind="stable")
    labels, values = labels[order], values[order]
    ends = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)  # equal scores are cut all or none
    hits = np.concatenate([[0], np.cumsum(labels)[ends]])
    called = np.concatenate([[0], ends + 1])
    return hits, called - hits, called


def best_threshold(truth: ArrayLike, scores: ArrayLike) -> tuple[float, float]:
    """Find the threshold with the highest Macro F1, by trying every cut between two scores.

    Parameters
    ----------
    truth : array of int or bool, shape (N,)
        1 is defective, 0 is normal. Both occur.
    scores : array of float, shape (N,)
        Higher is more defective. Finite.

    Returns
    -------
    threshold : float
        The answer is 1 where ``score >= threshold``. It lies in the middle of the gap between two scores (or
        at the lowest, or right above the highest). Of equally good ones, the highest: the fewest alarms.
    macro_f1 : float
        What it reaches, exactly.

    Raises
    ------
    ValueError
        As :func:`auroc`.
    """
    label, score = _rankable(truth, scores)
    order = np.argsort(-score, kind="stable")
    label, score = label[order], score[order]
    # Images of equal score are answered alike, so a cut may only follow the last of them; the first cut
    # answers all with "normal".
    last = np.append(score[1:] != score[:-1], True)
    hits = np.concatenate([[0], np.cumsum(label)[last]])
    alarms = np.concatenate([[0], np.cumsum(1 - label)[last]])
    values = macro_f1_of_counts(hits, alarms, label.sum(), len(label) - label.sum())
    best = int(values.argmax())
    distinct = score[last]
    if best == 0:
        return float(np.nextafter(distinct[0], np.inf)), float(values[0])
    if best == len(distinct):
        return float(distinct[-1]), float(values[-1])
    above, below = distinct[best - 1], distinct[best]
    middle = below + (above - below) / 2
    return float(middle if below < middle <= above else above), float(values[best])


def _ratio(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else 0.0


def _binary(values: ArrayLike, what: str) -> NDArray[np.int64]:
    """Check and convert labels."""
    array = np.asarray(values)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{what} must have the shape (N,), N at least 1, not {array.shape}")
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{what} must be 0 or 1")
    return array.astype(np.int64)


def _rankable(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Check and convert labels and scores, with both classes among the labels."""
    label = _binary(truth, "truth")
    score = np.asarray(scores, dtype=np.float64)
    if score.shape != label.shape:
        raise ValueError(f"{label.size} truths but scores of shape {score.shape}")
    if not np.isfinite(score).all():
        raise ValueError("a score is not finite")
    if label.min() == label.max():
        raise ValueError(f"all images are {'defective' if label[0] else 'normal'}: nothing can be ranked")
    return label, score
