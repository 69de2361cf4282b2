"""The methods of a comparison: accuracy with its interval, and accuracy against speed."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from gyeol.report.drawing import INSIDE, OUTSIDE, OWN, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words

_MARKERS = {OWN: "D", INSIDE: "o", OUTSIDE: "s"}
_SIDES = ((10, 7), (-10, 7), (10, -7), (-10, -7), (0, 12), (0, -13))
"""Where a number may stand beside its mark, in points."""


def comparison(rows: list[dict[str, Any]], words: Words) -> list[Drawing]:
    """Draw both charts.

    Parameters
    ----------
    rows : list of dict
        As :func:`gyeol.compare.run.compare` gives them.
    """
    ordered = sorted(rows, key=lambda row: (-row["macro_f1"], row["title"]))
    said = "; ".join(f"{place}. {row['title']} {row['macro_f1']:.4f}" for place, row in enumerate(ordered, 1))
    with drawing("methods", height=100 + 30 * len(rows)) as chart:
        (axes,) = chart.axes()
        for place, row in enumerate(ordered):
            low, high = row["interval"]
            colour = _colour(row)
            axes.plot([low, high], [place, place], color=colour, linewidth=3, alpha=0.4)
            mark = axes.scatter(row["macro_f1"], place, s=55, color=colour, marker=_MARKERS[colour], zorder=3)
            chart.tip(mark, f"{row['title']}: {row['macro_f1']:.4f} ({low:.4f} – {high:.4f})")
        axes.set_yticks(range(len(ordered)), [f"{row['title']}  {n}" for n, row in enumerate(ordered, 1)])
        axes.invert_yaxis()
        axes.set_xlabel(words("methods.axis"))
        for colour, word in ((OWN, "methods.own"), (INSIDE, "methods.inside"), (OUTSIDE, "methods.outside")):
            if any(_colour(row) == colour for row in rows):
                axes.scatter([], [], s=55, color=colour, marker=_MARKERS[colour], label=words(word))
        chart.figure.legend(loc="outside upper left", ncols=3, handletextpad=0.2, columnspacing=1.0)
        title = words("methods.title")
        first = Drawing(chart.svg(f"{title}. {said}"), title, words("methods.caption"))
    with drawing("speed", height=300) as chart:
        (axes,) = chart.axes()
        for row in ordered:
            colour = _colour(row)
            mark = axes.scatter(row["images_s"], row["auroc"], s=55, color=colour, marker=_MARKERS[colour])
            chart.tip(
                mark,
                f"{row['title']}: AUROC {row['auroc']:.4f}, {row['images_s']:,.0f} {words('speed.unit')}",
            )
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.margins(x=0.2, y=0.14)
        _number(axes, [(row["images_s"], row["auroc"]) for row in ordered])
        axes.set_xlabel(words("speed.axis"))
        axes.set_ylabel("AUROC")
        title = words("speed.title")
        said = "; ".join(f"{row['title']} {row['auroc']:.4f}, {row['images_s']:,.0f}" for row in ordered)
        second = Drawing(chart.svg(f"{title}. {said}"), title, words("speed.caption"))
    return [first, second]


def _number(axes: Axes, places: list[tuple[float, float]]) -> None:
    """Write 1, 2, ... beside the marks at `places`, each on the side where most room is left."""
    axes.autoscale_view()
    marks = axes.transData.transform(places)
    taken = marks
    for number, (place, mark) in enumerate(zip(places, marks, strict=True), 1):
        around = mark + np.array(_SIDES)
        room = np.hypot(*(around[:, None] - taken).transpose(2, 0, 1)).min(1)
        best = int(room.round().argmax())  # the first of those that are as good
        taken = np.concatenate([taken, around[best : best + 1]])
        axes.annotate(str(number), place, _SIDES[best], textcoords="offset points", ha="center", va="center")


def _colour(row: dict[str, Any]) -> str:
    if row["asked"]["detector"] == "gyeol":
        return OWN
    return OUTSIDE if row["external_data"] else INSIDE
