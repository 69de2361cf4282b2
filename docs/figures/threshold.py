"""The scores that a model's threshold was chosen from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from style import BLUE, INK, ORANGE, chart


def draw(model: Path, path: Path) -> None:
    description = json.loads((model / "detector.json").read_text())
    record, threshold = description["record"], description["threshold"]
    normals = np.array(record["normal_scores"])
    defects = np.array([row["score"] for row in record["defect_scores"]])
    low, high = min(normals.min(), defects.min()), max(normals.max(), defects.max())
    edges = np.linspace(low - 0.5, high + 0.5, 40)
    with chart(path, 8, 3.2) as figure:
        axes = figure.subplots()
        groups = (
            (normals, BLUE, "normals, calibrated by others"),
            (defects, ORANGE, "defects, by the model without them"),
        )
        for scores, colour, name in groups:
            weights = np.full(len(scores), 100 / len(scores))  # there are many more normals than defects
            axes.hist(scores, edges, weights=weights, color=colour, alpha=0.6, label=f"{len(scores)} {name}")
        axes.axvline(threshold, color=INK, linestyle="--", label=f"threshold {threshold:.2f}")
        axes.set_xlabel("calibrated score: 0 is a usual good surface of its kind")
        axes.set_ylabel("% of each")
        axes.legend(loc="upper right")
