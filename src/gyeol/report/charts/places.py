"""The map of the kinds of texture."""

from __future__ import annotations

from typing import Any

import numpy as np

from gyeol.report.drawing import DEFECT, NORMAL, PAPER, TEST, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words


def places(points: list[dict[str, Any]], words: Words) -> Drawing:
    """Draw every image as a point, the kinds by their numbers above their points.

    Kinds are told apart by where they lie and their number, parts by colour and shape: ten colours would not be told
    apart by everybody.

    Parameters
    ----------
    points : list of dict
        As in :class:`gyeol.explore.facts.Place`.
    """
    with drawing("places", height=400) as chart:
        (axes,) = chart.axes()
        for part, colour, marker, size in (("test", TEST, "o", 14), ("normal", NORMAL, "o", 14)):
            own = [point for point in points if point["part"] == part]
            for kind in sorted({point["kind"] for point in own}):
                some = [point for point in own if point["kind"] == kind]
                x, y = [point["x"] for point in some], [point["y"] for point in some]
                cloud = axes.scatter(x, y, s=size, color=colour, marker=marker, alpha=0.55, linewidths=0)
                chart.tip(cloud, f"{words('kind', n=kind)}, {words(f'part.{part}')}")
            if own:
                axes.scatter(
                    [], [], s=24, color=colour, marker=marker, label=words(f"part.{part}"), linewidths=0
                )
        defects = [point for point in points if point["part"] == "defect"]
        for point in defects:
            mark = axes.scatter(
                point["x"],
                point["y"],
                s=36,
                color=DEFECT,
                marker="D",
                linewidths=0.8,
                edgecolors=PAPER,
                zorder=3,
            )
            chart.tip(mark, f"{point['image']}, {words('kind', n=point['kind'])}")
        if defects:
            axes.scatter([], [], s=36, color=DEFECT, marker="D", label=words("part.defect"), linewidths=0)
        for kind in sorted({point["kind"] for point in points}):
            own = [point for point in points if point["kind"] == kind]
            axes.annotate(
                str(kind),
                (float(np.median([p["x"] for p in own])), max(p["y"] for p in own)),
                (0, 7),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=13,
                fontweight="bold",
                zorder=4,
            )
        axes.margins(0.06, 0.08)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        chart.figure.legend(loc="outside upper left", ncols=3, handletextpad=0.2, columnspacing=1.2)
        title = words("places.title")
        kinds = len({point["kind"] for point in points})
        label = f"{title}. {words('places.alt', images=len(points), kinds=kinds, defects=len(defects))}"
        return Drawing(chart.svg(label), title, words("places.caption"))
