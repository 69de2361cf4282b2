"""What every possible threshold would have done: the ROC and the precision-recall curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gyeol.metrics.answers import Compared
from gyeol.report.drawing import DEFECT, GRID, NORMAL, PAPER, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words


def curves(compared: Compared, auroc: float, average_precision: float, words: Words) -> list[Drawing]:
    """Draw both curves with the point where the answers lie.

    Parameters
    ----------
    compared : Compared
        With scores.
    auroc, average_precision : float
        Areas under them, for the captions.
    """
    if compared.scores is None:
        raise ValueError("curves need scores")
    true, false = cumulative(compared.truth, compared.scores)
    defects, normals = true[-1], false[-1]
    recall, alarms = true / defects, false / normals
    precision = np.concatenate([[1.0], true[1:] / np.maximum(true[1:] + false[1:], 1)])
    hits = int((compared.answers[compared.truth == 1] == 1).sum())
    wrong = int((compared.answers[compared.truth == 0] == 1).sum())
    at_precision = hits / (hits + wrong) if hits + wrong else 1.0
    made = []
    for name, x, y, at, area, chance in (
        ("roc", alarms, recall, (wrong / normals, hits / defects), auroc, [(0, 1), (0, 1)]),
        (
            "pr",
            recall,
            precision,
            (hits / defects, at_precision),
            average_precision,
            [(0, 1), (defects / (defects + normals),) * 2],
        ),
    ):
        with drawing(name, width=360, height=320) as chart:
            (axes,) = chart.axes()
            axes.plot(*chance, color=GRID, linewidth=1.2, linestyle="--")
            (line,) = axes.plot(x, y, color=NORMAL, clip_on=False)
            chart.tip(line, words(f"{name}.area", area=f"{area:.4f}"))
            mark = axes.scatter(
                at[0], at[1], s=60, color=DEFECT, marker="D", edgecolors=PAPER, zorder=3, clip_on=False
            )
            chart.tip(mark, words(f"{name}.point", x=f"{at[0]:.4f}", y=f"{at[1]:.4f}"))
            axes.set_xlim(-0.01, 1.01)
            axes.set_ylim(-0.01, 1.02)
            axes.set_xlabel(words(f"{name}.x"))
            axes.set_ylabel(words(f"{name}.y"))
            title = words(f"{name}.title")
            said = f"{words(f'{name}.area', area=f'{area:.4f}')}; " + words(
                f"{name}.point", x=f"{at[0]:.4f}", y=f"{at[1]:.4f}"
            )
            made.append(Drawing(chart.svg(f"{title}. {said}"), title, said))
    return made


def cumulative(
    truth: NDArray[np.int64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the defects and the normals at or above each different score, from the highest; both begin with 0."""
    order = np.argsort(-scores, kind="stable")
    ordered, labels = scores[order], truth[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # equal scores are one step
    true = np.cumsum(labels == 1)[last]
    false = np.cumsum(labels == 0)[last]
    zero = np.zeros(1)
    return np.concatenate([zero, true]), np.concatenate([zero, false])
