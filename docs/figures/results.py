"""Macro F1 on the samples, the strangers' sets and the magnetic tiles: the newest committed run of each seed.

Where a seed was also run with something changed, the run without the change counts.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from statistics import mean
from typing import Any

from style import BLUE, GREY, chart

FILES = ("full", "demo", "strangers", "tiles")
TITLES = {
    "full": "full sample",
    "demo": "demo sample",
    "materials": "materials",
    "processes": "processes",
    "symposium": "symposium",
    "magnetic tiles": "magnetic tiles",
}
"""Questions that are shown; the tiles drawn in other ways are left out, for they would take the place of the usual."""


def _line(file: str, row: dict[str, Any]) -> tuple[bool, int, int, str]:
    """Say which line a row is a dot of, in the order of the lines: ours first, longer trainings before shorter."""
    ours = row["method"].startswith("gyeol")
    steps = row["steps"] if file == "strangers" else 0
    title = TITLES[row["question"]] + (f", {steps:,} steps" if steps else "")
    return (
        not ours,
        list(TITLES).index(row["question"]),
        -steps,
        title if ours else f"{title}: {row['method']}",
    )


def draw(benchmarks: Path, path: Path) -> None:
    newest: dict[tuple[Any, ...], float] = {}
    rows = [
        (name, row)
        for name in FILES
        for row in json.loads((benchmarks / f"{name}.json").read_text())["rows"]
        if row["question"] in TITLES
    ]
    for name, row in sorted(rows, key=lambda each: (each[1]["method"] == "gyeol", each[1]["date"])):
        newest[(*_line(name, row), row["seed"])] = row["metrics"]["macro_f1"]
    lines = [
        (title, [newest[seed] for seed in seeds])
        for title, seeds in groupby(sorted(newest), key=lambda each: each[:4])
    ]
    with chart(path, 8, 0.36 * len(lines) + 1.0) as figure:
        axes = figure.subplots()
        for place, ((theirs, *_), found) in enumerate(lines):
            axes.plot(found, [place] * len(found), "o", color=GREY if theirs else BLUE, alpha=0.6)
            span = f" ({min(found):.3f} to {max(found):.3f})" if len(found) > 1 else ""
            axes.annotate(
                f"{mean(found):.4f}{span}", (1.04, place), (0, -4), textcoords="offset points", fontsize=11
            )
        names = [
            f"{title} ({len(found)} seed{'' if len(found) == 1 else 's'})" for (*_, title), found in lines
        ]
        axes.set_yticks(range(len(lines)), names)
        axes.invert_yaxis()
        axes.set_xlim(0.3, 1.85)
        axes.set_xticks([0.4, 0.6, 0.8, 1.0])
        axes.set_xlabel("Macro F1 of each seed, and their mean")
        axes.grid(axis="x", alpha=0.3)
