"""What is in the folder."""

from __future__ import annotations

from typing import Any

from gyeol.report.charts.distribution import distribution
from gyeol.report.charts.imbalance import imbalance
from gyeol.report.elements import Cell, Section, Table, count
from gyeol.report.parts.remarks import remarks
from gyeol.report.sources import Sources
from gyeol.report.words import Words


def folder(sources: Sources, words: Words) -> Section | None:
    """Show counts, sizes, what cannot be read, and how light and masks are distributed."""
    facts = sources.facts
    if facts is None:
        return None
    return Section(
        "folder",
        words("folder.title"),
        {
            "folder": facts["folder"],
            "remarks": remarks(facts, words),
            "charts": [imbalance(facts["counts"], words)],
            "distributions": [distribution(row, words) for row in facts.get("distributions", ())],
            "sizes": _sizes(facts, words),
            "unreadable": _unreadable(facts, words),
        },
    )


def _sizes(facts: dict[str, Any], words: Words) -> Table:
    rows = [
        [
            Cell(f"{row['width']:,} × {row['height']:,}", row["width"] * row["height"]),
            Cell(row["mode"]),
            count(row["train"]),
            count(row["test"]),
        ]
        for row in facts["sizes"]
    ]
    heads = [words(f"sizes.{name}") for name in ("size", "mode", "train", "test")]
    return Table(words("sizes.title"), heads, rows)


def _unreadable(facts: dict[str, Any], words: Words) -> Table | None:
    masks = facts["masks"]
    rows = [[Cell(row["path"]), Cell(row["reason"])] for row in (*facts["unreadable"], *masks["unusable"])]
    if not rows:
        return None
    return Table(words("unreadable.title"), [words("file"), words("unreadable.reason")], rows)
