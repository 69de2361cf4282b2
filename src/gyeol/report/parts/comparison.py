"""Several methods on the same folder."""

from __future__ import annotations

from gyeol.report.charts.comparison import comparison as charts
from gyeol.report.elements import Cell, Section, Table, count, share
from gyeol.report.sources import Sources
from gyeol.report.words import Words


def comparison(sources: Sources, words: Words) -> Section | None:
    """Show the rows as charts and as a table, the best first."""
    if not sources.comparison:
        return None
    ordered = sorted(sources.comparison, key=lambda row: (-row["macro_f1"], row["title"]))
    rows = [
        [
            Cell(f"{place}. {row['title']}"),
            *(share(row[name]) for name in ("macro_f1", "best_macro_f1", "auroc", "average_precision")),
            *(count(row[name]) for name in ("misses", "false_alarms")),
            share(row["validation"]),
            *(Cell(f"{row[name]:,.0f}", row[name]) for name in ("train_s", "images_s", "peak_mib")),
            Cell(f"{row['size_mib']:.1f}", row["size_mib"]),
            Cell(words("comparison.yes" if row["external_data"] else "comparison.no")),
        ]
        for place, row in enumerate(ordered, 1)
    ]
    names = (
        "method",
        "macro_f1",
        "best",
        "auroc",
        "ap",
        "misses",
        "alarms",
        "validation",
        "train_s",
        "images_s",
        "peak",
        "size",
        "outside",
    )
    heads = [words(f"comparison.{name}") for name in names]
    made = charts(list(sources.comparison), words)
    table = Table(words("comparison.table"), heads, rows, words("comparison.note"))
    return Section("comparison", words("comparison.title"), {"charts": made, "table": table})
