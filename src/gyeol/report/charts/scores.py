"""The scores that the threshold was chosen from."""

from __future__ import annotations

from typing import Any

import numpy as np

from gyeol.report.charts.scale import score_axis, score_bins, score_range
from gyeol.report.drawing import DEFECT, INK, NORMAL, PAPER, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words


def scores(record: dict[str, Any], threshold: float, names: list[str], words: Words) -> Drawing:
    """Draw what normals score as a histogram, and each defect, scored by a model that never saw it.

    Parameters
    ----------
    record : dict
        Of a training.
    threshold : float
    names : list of str
        Of the defects, by their number in the record; may be empty.
    """
    normals = np.asarray(record["normal_scores"], float)
    rows = record["defect_scores"]
    defects = np.array([float(row["score"]) for row in rows])
    low, high = score_range(normals, defects, np.array([threshold]))
    with drawing("scores", height=300) as chart:
        above, below = chart.axes(2, 1, sharex=True, height_ratios=(3, 2))
        edges = score_bins(low, high)
        heights, _ = np.histogram(normals, edges)
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            if height:
                (bar,) = above.bar(
                    left, height, right - left, align="edge", color=NORMAL, edgecolor=PAPER, linewidth=0.5
                )
                chart.tip(bar, words("scores.bin", n=int(height), low=f"{left:.1f}", high=f"{right:.1f}"))
        folds = sorted({int(row.get("fold", 0)) for row in rows})
        for row, score in zip(rows, defects, strict=True):
            fold = folds.index(int(row.get("fold", 0)))
            number = int(row.get("defect", -1))
            name = names[number] if 0 <= number < len(names) else words("scores.defect", n=number + 1)
            mark = below.scatter(
                score, fold, s=40, color=DEFECT, marker="D", linewidths=0.8, edgecolors=PAPER, alpha=0.85
            )
            chart.tip(mark, words("scores.mark", name=name, score=f"{score:.2f}"))
        for axes in (above, below):
            axes.axvline(threshold, color=INK, linewidth=1.4, linestyle="--")
        above.annotate(
            words("scores.threshold", value=f"{threshold:.2f}"),
            (threshold, 1.0),
            (6, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
        )
        above.set_ylabel(words("scores.normals"))
        below.set_ylabel(words("scores.defects"))
        below.set_yticks(range(len(folds)), [str(fold + 1) for fold in folds])
        below.set_ylim(len(folds) - 0.4, -0.6)
        score_axis(below, low, high)
        below.set_xlabel(words("scores.axis"))
        chart.figure.align_ylabels()
        title = words("scores.title")
        said = words(
            "scores.alt",
            threshold=f"{threshold:.2f}",
            normals=len(normals),
            above=int((normals > threshold).sum()),
            defects=len(defects),
            below=int((defects <= threshold).sum()),
        )
        return Drawing(chart.svg(f"{title}. {said}"), title, words("scores.caption"))
