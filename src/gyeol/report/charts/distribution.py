"""How one number is distributed, by part."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.report.drawing import DEFECT, NORMAL, TEST, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words

_COLOURS = {"normal": NORMAL, "test": TEST, "defect": DEFECT}


def distribution(row: dict[str, Any], words: Words) -> Drawing:
    """Draw the share of each part's images in every bin, so that thirty defects compare with thousands of normals.

    Parameters
    ----------
    row : dict
        As in :class:`gyeol.explore.facts.Distribution`.
    """
    name, edges = row["statistic"], np.asarray(row["edges"], float)
    said = []
    with drawing(f"distribution-{name}", height=220) as chart:
        (axes,) = chart.axes()
        for part, colour in _COLOURS.items():
            if part not in row["counts"]:
                continue
            counts, bounds = _coarser(np.asarray(row["counts"][part], float), edges)
            shares = counts / counts.sum()
            joined = 1 if len(row["counts"]) == 1 else (len(edges) - 1) // len(counts)
            heights = (
                shares / joined
            )  # so that parts with wide and with narrow bins compare: equal areas, equal shares
            style = "--" if part == "test" else "-"
            axes.stairs(
                heights, bounds, color=colour, linewidth=1.6, linestyle=style, label=words(f"part.{part}")
            )
            filled = axes.stairs(heights, bounds, color=colour, fill=True, alpha=0.14, linewidth=0)
            middle = float(((bounds[1:] + bounds[:-1]) / 2) @ shares)
            value = f"{middle:.1%}" if name == "coverage" else f"{middle:.1f}"
            said.append(words("distribution.alt", part=words(f"part.{part}"), mean=value))
            chart.tip(filled, said[-1])
        axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        if name == "coverage":
            axes.xaxis.set_major_formatter(lambda share, _: f"{share:.1%}")
        axes.set_xlabel(words(f"distribution.{name}.axis"))
        axes.set_ylabel(words("distribution.share"))
        chart.figure.legend(loc="outside upper left", ncols=3, handlelength=1.4, columnspacing=1.2)
        title = words(f"distribution.{name}")
        return Drawing(chart.svg(f"{title}. {'; '.join(said)}"), title, words(f"distribution.{name}.caption"))


def _coarser(
    counts: NDArray[np.float64], edges: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join bins while there are fewer than three images to one, for a comb of single images tells nothing."""
    while len(counts) % 2 == 0 and len(counts) > 4 and counts.sum() < 3 * len(counts):
        counts, edges = counts.reshape(-1, 2).sum(axis=1), edges[::2]
    return counts, edges
