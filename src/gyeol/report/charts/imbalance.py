"""How many images there are of each part."""

from __future__ import annotations

from typing import Any

from gyeol.report.drawing import DEFECT, NORMAL, TEST, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words


def imbalance(counts: dict[str, Any], words: Words) -> Drawing:
    """Draw bars on a linear axis: that the defects' bar can hardly be seen is what the chart says.

    Parameters
    ----------
    counts : dict
        As in :class:`gyeol.explore.facts.Counts`.
    """
    rows = [
        (words("part.normal"), int(counts["normals"]), NORMAL),
        (words("part.defect"), int(counts["defects"]), DEFECT),
        (words("part.test"), int(counts["test"]), TEST),
    ]
    rows = [row for row in rows if row[1]]
    with drawing("imbalance", height=56 + 34 * len(rows)) as chart:
        (axes,) = chart.axes()
        for place, (name, number, colour) in enumerate(rows):
            (bar,) = axes.barh(place, number, color=colour, height=0.62)
            chart.tip(bar, f"{name}: {number:,}")
            axes.annotate(f"{number:,}", (number, place), (5, 0), textcoords="offset points", va="center")
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.16)
        axes.set_xlabel(words("images"))
        label = f"{words('imbalance.title')}: " + ", ".join(f"{name} {number:,}" for name, number, _ in rows)
        return Drawing(chart.svg(label), words("imbalance.title"), words("imbalance.caption"))
