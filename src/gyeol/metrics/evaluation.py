"""Everything that is said about answers once the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.errors import DataError
from gyeol.files import printable
from gyeol.metrics.answers import find_key, read_compared
from gyeol.metrics.bootstrap import bootstrap_interval
from gyeol.metrics.classification import (
    ClassScores,
    accuracy,
    auroc,
    average_precision,
    best_threshold,
    confusion,
    macro_f1,
    per_class,
)
from gyeol.metrics.heatmaps import Localisation, measure_heatmaps

LEVEL = 0.95


@dataclass(frozen=True)
class Ranking:
    """What the scores could do, apart from the threshold.

    Parameters
    ----------
    auroc, average_precision : float
        0 to 1.
    best_macro_f1 : float
        What the best single threshold would reach on these very images.
    best_threshold : float
        That threshold: defective where ``score >= best_threshold``.
    threshold_cost : float
        ``best_macro_f1`` less the Macro F1 of the answers. Below 0 if the answers come from several
        thresholds that together beat any single one.
    """

    auroc: float
    average_precision: float
    best_macro_f1: float
    best_threshold: float
    threshold_cost: float


@dataclass(frozen=True)
class KindScores:
    """How one kind fared.

    Parameters
    ----------
    kind : str
        Its name in the key.
    images, defects : int
        How many there are of it, and how many of those are defective.
    misses, false_alarms : int
        Defects answered with "normal", normals answered with "defective".
    recall : float or None
        The share of defects found; None without defects.
    auroc : float or None
        Within the kind; None without scores, or if only one class occurs.
    """

    kind: str
    images: int
    defects: int
    misses: int
    false_alarms: int
    recall: float | None
    auroc: float | None


@dataclass(frozen=True)
class Evaluation:
    """All figures.

    Parameters
    ----------
    images, defects : int
        How many images there are, and how many are defective.
    macro_f1 : float
        The mean of both classes' F1.
    interval : (float, float)
        Its bootstrap interval at :data:`LEVEL`.
    accuracy : float
        The share of right answers.
    confusion : ((int, int), (int, int))
        Rows are the truth (normal, defective), columns the answer.
    normal, defective : ClassScores
        Precision, recall, F1 and support of each class.
    ranking : Ranking or None
        None without scores.
    kinds : tuple of KindScores
        Sorted by name; empty if the key names no kinds.
    localisation : Localisation or None
        None without heat maps.
    """

    images: int
    defects: int
    macro_f1: float
    interval: tuple[float, float]
    accuracy: float
    confusion: tuple[tuple[int, int], tuple[int, int]]
    normal: ClassScores
    defective: ClassScores
    ranking: Ranking | None = None
    kinds: tuple[KindScores, ...] = ()
    localisation: Localisation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain types, ready for JSON."""
        return asdict(self)


def evaluate(
    truth: NDArray[np.int64],
    answers: NDArray[np.int64],
    scores: NDArray[np.float64] | None = None,
    kinds: Sequence[str] | None = None,
    localisation: Localisation | None = None,
) -> Evaluation:
    """Compare answers with the truth.

    Parameters
    ----------
    truth, answers : ndarray of int64, shape (N,)
        1 is defective, 0 is normal. Both occur in the truth.
    scores : ndarray of float64, shape (N,), optional
        Higher is more defective.
    kinds : sequence of str, length N, optional
        The kind of each image.
    localisation : Localisation, optional
        Is passed on.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        As :func:`gyeol.metrics.confusion` and :func:`gyeol.metrics.auroc`.
    """
    counts = confusion(truth, answers)
    value = macro_f1(truth, answers)
    ranking = None
    if scores is not None:
        threshold, best = best_threshold(truth, scores)
        ranking = Ranking(
            auroc(truth, scores), average_precision(truth, scores), best, threshold, best - value
        )
    normal, defective = per_class(truth, answers)
    return Evaluation(
        images=len(truth),
        defects=int(counts[1].sum()),
        macro_f1=value,
        interval=bootstrap_interval(macro_f1, truth, answers, level=LEVEL),
        accuracy=accuracy(truth, answers),
        confusion=((int(counts[0, 0]), int(counts[0, 1])), (int(counts[1, 0]), int(counts[1, 1]))),
        normal=normal,
        defective=defective,
        ranking=ranking,
        kinds=() if kinds is None else _by_kind(truth, answers, scores, kinds),
        localisation=localisation,
    )


def evaluate_files(
    file: Path, key: Path, heatmaps: Path | None = None, masks: Path | None = None
) -> Evaluation:
    """Compare a submission or scores with a key, and heat maps with its masks.

    Parameters
    ----------
    file, key : Path
        See :func:`gyeol.metrics.answers.read_compared`.
    heatmaps : Path, optional
        See :func:`gyeol.metrics.heatmaps.measure_heatmaps`.
    masks : Path, optional
        The folder of the masks; the folder ``masks`` beside the key's table if not given.

    Returns
    -------
    Evaluation

    Raises
    ------
    DataError
        One line about what is wrong with the files.
    """
    compared = read_compared(file, key)
    localisation = None
    if heatmaps is not None:
        folder = masks or find_key(key).parent / "masks"
        if not folder.is_dir():
            raise DataError(f"{printable(folder)}: no such folder; give the key's masks with --masks")
        localisation = measure_heatmaps(heatmaps, folder, compared.ids, compared.truth)
    return evaluate(compared.truth, compared.answers, compared.scores, compared.kinds, localisation)


def _by_kind(
    truth: NDArray[np.int64],
    answers: NDArray[np.int64],
    scores: NDArray[np.float64] | None,
    kinds: Sequence[str],
) -> tuple[KindScores, ...]:
    names = np.asarray(kinds)
    rows = []
    for kind in sorted(set(kinds), key=_natural):
        own = names == kind
        counts = confusion(truth[own], answers[own])
        defects = int(counts[1].sum())
        both = 0 < defects < own.sum()
        rows.append(
            KindScores(
                kind=str(kind),
                images=int(own.sum()),
                defects=defects,
                misses=int(counts[1, 0]),
                false_alarms=int(counts[0, 1]),
                recall=int(counts[1, 1]) / defects if defects else None,
                auroc=auroc(truth[own], scores[own]) if scores is not None and both else None,
            )
        )
    return tuple(rows)


def _natural(name: str) -> tuple[int, int, str]:
    """Sort whole numbers by value and before words."""
    return (0, int(name), name) if name.isascii() and name.isdigit() else (1, 0, name)
