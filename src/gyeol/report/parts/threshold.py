"""The threshold: where it is, why, and what it costs on either side."""

from __future__ import annotations

from typing import Any

import numpy as np

from gyeol.report.charts.cost import cost, costs
from gyeol.report.charts.scores import scores
from gyeol.report.elements import Cell, Section, Table, share
from gyeol.report.sources import Sources
from gyeol.report.words import Words

FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
"""Thresholds in the table, in units of the chosen one."""


def threshold(sources: Sources, words: Words) -> Section | None:
    """Show the scores that it was chosen from, and the mistakes to expect at other thresholds."""
    record, chosen = sources.record, sources.threshold
    if record is None or chosen is None:
        return None
    found = sorted(float(row["score"]) for row in record["defect_scores"])
    normals = record["normal_scores"]
    why = words(
        "threshold.why",
        threshold=f"{chosen:.2f}",
        defects=len(found),
        below=sum(score <= chosen for score in found),
        lowest=f"{found[0]:.2f}",
        normals=len(normals),
        held_out=min(record["normals_held_out"], len(normals)),
        above=sum(score > chosen for score in normals),
        highest=f"{max(normals):.2f}",
    )
    own = record.get("detector", {}).get("own_threshold")
    return Section(
        "threshold",
        words("threshold.title"),
        {
            "why": f"{why} {words('threshold.own' if own else 'threshold.best')}",
            "charts": [
                scores(record, chosen, _names(sources), words),
                cost(record, chosen, words),
            ],
            "table": _table(record, chosen, words),
        },
    )


def _names(sources: Sources) -> list[str]:
    """Name the defects by their number in the record; nothing if the facts are not of the same defects."""
    if sources.facts is None or sources.record is None:
        return []
    names = sorted(name for row in sources.facts["kinds"] for name in row.get("defect_images", ()))
    return names if len(names) == sources.record["defects"] else []


def _table(record: dict[str, Any], chosen: float, words: Words) -> Table:
    thresholds = chosen * np.array(FACTORS) if chosen > 0 else chosen + np.array(FACTORS) - 1
    rows = [
        [
            Cell(f"{value:.2f}", float(value)),
            Cell(f"{lost:.2%}", float(lost)),
            Cell(f"{false:.3%}", float(false)),
            share(float(macro_f1)),
            Cell(words("threshold.chosen") if factor == 1 else ""),
        ]
        for factor, value, lost, false, macro_f1 in zip(
            FACTORS, thresholds, *costs(record, thresholds), strict=True
        )
    ]
    heads = [words(f"threshold.{name}") for name in ("value", "missed", "alarms", "macro_f1", "remark")]
    return Table(words("threshold.table"), heads, rows, fixed=True)
