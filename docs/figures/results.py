"""Macro F1 of every committed run on the samples, the strangers' sets and the magnetic tiles, with its seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from style import BLUE, GREY, chart

FILES = ("full", "demo", "strangers", "tiles")
TITLES = {
    "full": "full sample",
    "demo": "demo sample",
    "materials": "materials",
    "processes": "processes",
    "symposium": "symposium",
    "magnetic tiles": "tiles",
}
"""Questions that are shown; the tiles drawn in other ways are left out, for they would take the place of the usual."""


def _title(file: str, row: dict[str, Any]) -> str:
    """Name a row's data; for the strangers' sets with the steps, of which one folder has rows of several."""
    title = f"{TITLES[row['question']]} {row['seed']}"
    return f"{title} ({row['steps']:,})" if file == "strangers" else title


def draw(benchmarks: Path, path: Path) -> None:
    rows = [
        (_title(name, row), row["method"], row["metrics"])
        for name in FILES
        for row in sorted(
            json.loads((benchmarks / f"{name}.json").read_text())["rows"],
            key=lambda row: (row["question"], int(row["seed"])),
        )
        if row["question"] in TITLES
    ]
    # Of two rows of one folder and method the later, which is of the longer training.
    rows = list({row[:2]: row for row in rows}.values())
    rows.sort(key=lambda row: not row[1].startswith("gyeol"))
    with chart(path, 7, 0.32 * len(rows) + 1.1) as figure:
        axes = figure.subplots()
        for place, (_, method, found) in enumerate(rows):
            low, high = found["interval"]
            colour = BLUE if method.startswith("gyeol") else GREY
            axes.plot([low, high], [place, place], color=colour, linewidth=3, alpha=0.5)
            axes.plot(found["macro_f1"], place, "o", color=colour)
            axes.annotate(
                f"{found['macro_f1']:.4f}", (high, place), (8, -4), textcoords="offset points", fontsize=11
            )
        axes.set_yticks(range(len(rows)), [f"{data}: {method}" for data, method, _ in rows])
        axes.invert_yaxis()
        axes.set_xlim(0.3, 1.16)
        axes.set_xlabel("Macro F1 and its 95 % interval")
        axes.grid(axis="x", alpha=0.3)
