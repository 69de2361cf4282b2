"""The methods of a comparison: accuracy with its interval, and accuracy against speed."""

from __future__ import annotations

from typing import Any

from gyeol.report.drawing import INSIDE, OUTSIDE, OWN, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words

_MARKERS = {OWN: "D", INSIDE: "o", OUTSIDE: "s"}


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
        for place, row in enumerate(ordered, 1):
            colour = _colour(row)
            mark = axes.scatter(row["images_s"], row["auroc"], s=55, color=colour, marker=_MARKERS[colour])
            chart.tip(
                mark,
                f"{row['title']}: AUROC {row['auroc']:.4f}, {row['images_s']:,.0f} {words('speed.unit')}",
            )
            # To the left and right in turn, so that two near each other can be read.
            offset = (7, 4) if place % 2 else (-14, 4)
            axes.annotate(str(place), (row["images_s"], row["auroc"]), offset, textcoords="offset points")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.margins(x=0.2, y=0.14)
        axes.set_xlabel(words("speed.axis"))
        axes.set_ylabel("AUROC")
        title = words("speed.title")
        said = "; ".join(f"{row['title']} {row['auroc']:.4f}, {row['images_s']:,.0f}" for row in ordered)
        second = Drawing(chart.svg(f"{title}. {said}"), title, words("speed.caption"))
    return [first, second]


def _colour(row: dict[str, Any]) -> str:
    if row["asked"]["detector"] == "gyeol":
        return OWN
    return OUTSIDE if row["external_data"] else INSIDE
