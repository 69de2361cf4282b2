"""How many images of each part every kind of texture has."""

from __future__ import annotations

from typing import Any

from gyeol.report.drawing import DEFECT, NORMAL, TEST, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words


def kinds(rows: list[dict[str, Any]], words: Words) -> Drawing:
    """Draw bars of normals and test images, and beside them, on an axis of their own, of defects.

    Parameters
    ----------
    rows : list of dict
        As in :class:`gyeol.explore.facts.KindCount`.
    """
    with drawing("kinds", height=90 + 22 * len(rows)) as chart:
        left, right = chart.axes(1, 2, sharey=True, width_ratios=(3, 2))
        panels = (
            (left, "normals", NORMAL, -0.19, 0.36, "part.normal"),
            (left, "test", TEST, 0.19, 0.36, "part.test"),
            (right, "defects", DEFECT, 0.0, 0.6, "part.defect"),
        )
        for axes, name, colour, shift, height, word in panels:
            for place, row in enumerate(rows):
                (bar,) = axes.barh(place + shift, row[name], color=colour, height=height)
                chart.tip(bar, f"{words('kind', n=row['kind'])}, {words(word)}: {row[name]:,}")
            axes.barh(0, 0, color=colour, label=words(word))
        left.set_yticks(range(len(rows)), [words("kind", n=row["kind"]) for row in rows])
        left.invert_yaxis()
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
            axes.locator_params(axis="x", integer=True, nbins=4)
            axes.set_xlabel(words("images"))
        chart.figure.legend(loc="outside upper left", ncols=3, handlelength=1.0, columnspacing=1.2)
        said = "; ".join(
            words(
                "kinds.alt",
                kind=row["kind"],
                normals=row["normals"],
                defects=row["defects"],
                test=row["test"],
            )
            for row in rows
        )
        title = words("kinds.chart")
        return Drawing(chart.svg(f"{title}. {said}"), title, words("kinds.caption"))
