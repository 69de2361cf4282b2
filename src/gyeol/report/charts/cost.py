"""What a higher or a lower threshold would cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.threshold import expected_macro_f1, share_above, share_below
from gyeol.report.charts.scale import score_axis, score_range
from gyeol.report.drawing import DEFECT, INK, NORMAL, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words

Cost = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def costs(record: dict[str, Any], thresholds: NDArray[np.float64]) -> Cost:
    """Estimate, for each threshold (T,), the share of defects missed, of normals alarmed at, and the Macro F1."""
    normals = np.asarray(record["normal_scores"], float)
    defects = np.array([float(row["score"]) for row in record["defect_scores"]])
    missed, alarms = share_below(defects, thresholds), share_above(normals, thresholds)
    return missed, alarms, expected_macro_f1(missed, alarms, float(record["estimate"]["prevalence"]))


def cost(record: dict[str, Any], threshold: float, words: Words) -> Drawing:
    """Draw the mistakes to expect in a thousand images, against the threshold.

    Parameters
    ----------
    record : dict
        Of a training.
    threshold : float
        The one that was chosen.
    """
    prevalence = float(record["estimate"]["prevalence"])
    normals = np.asarray(record["normal_scores"], float)
    defects = np.array([float(row["score"]) for row in record["defect_scores"]])
    low, high = score_range(
        np.array([float(np.median(normals)), threshold]), np.array([float(defects.max())])
    )
    grid = np.sinh(np.linspace(np.arcsinh(low), np.arcsinh(high), 300))
    missed, alarms, _ = costs(record, grid)
    at_missed, at_alarms, at_f1 = (float(values[0]) for values in costs(record, np.array([threshold])))
    lost = 1000 * prevalence * missed
    false = 1000 * (1 - prevalence) * alarms
    with drawing("cost", height=260) as chart:
        (axes,) = chart.axes()
        (first,) = axes.plot(grid, false, color=NORMAL, linestyle="-", label=words("cost.alarms"))
        (second,) = axes.plot(grid, lost, color=DEFECT, linestyle="--", label=words("cost.missed"))
        chart.tip(first, words("cost.alarms"))
        chart.tip(second, words("cost.missed"))
        axes.axvline(threshold, color=INK, linewidth=1.4, linestyle=":", label=words("cost.threshold"))
        score_axis(axes, low, high)
        total = 1000 * (prevalence * at_missed + (1 - prevalence) * at_alarms)
        axes.set_ylim(0, max(10.0, 4 * total))
        axes.set_xlabel(words("cost.axis"))
        axes.set_ylabel(words("cost.mistakes"))
        chart.figure.legend(loc="outside upper left", ncols=2, handlelength=1.8, columnspacing=1.2)
        title = words("cost.title")
        said = words(
            "cost.alt",
            threshold=f"{threshold:.2f}",
            missed=f"{1000 * prevalence * at_missed:.1f}",
            alarms=f"{1000 * (1 - prevalence) * at_alarms:.1f}",
            macro_f1=f"{at_f1:.4f}",
        )
        return Drawing(
            chart.svg(f"{title}. {said}"), title, words("cost.caption", prevalence=f"{prevalence:.0%}")
        )
