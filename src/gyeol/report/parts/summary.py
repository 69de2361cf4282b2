"""The figures to know first."""

from __future__ import annotations

from typing import Any

from gyeol.report.elements import Section
from gyeol.report.sources import Sources
from gyeol.report.words import Words


def summary(sources: Sources, words: Words) -> Section | None:
    """Pick one to six figures, each with a line that says what it is."""
    figures: list[dict[str, str]] = []

    def add(name: str, value: str, **values: Any) -> None:
        figures.append(
            {
                "label": words(f"summary.{name}"),
                "value": value,
                "note": words(f"summary.{name}.note", **values),
            }
        )

    if sources.evaluation is not None:
        found = sources.evaluation
        low, high = found["interval"]
        (_, alarms), (misses, _) = found["confusion"]
        add("macro_f1", f"{found['macro_f1']:.4f}", low=f"{low:.4f}", high=f"{high:.4f}")
        add("misses", f"{misses:,}", defects=found["defects"])
        add("alarms", f"{alarms:,}", normals=found["images"] - found["defects"])
        if found["ranking"] is not None:
            add("auroc", f"{found['ranking']['auroc']:.4f}")
    if sources.record is not None:
        estimate = sources.record["estimate"]
        low, high = estimate["interval"]
        add("estimate", f"{estimate['macro_f1']:.4f}", low=f"{low:.4f}", high=f"{high:.4f}")
    if sources.facts is not None:
        counts = sources.facts["counts"]
        if counts["defects"]:
            add("defects", f"{counts['defects']:,}", normals=counts["normals"])
        add("kinds", f"{len(sources.facts['kinds']):,}")
    if sources.comparison:
        best = max(sources.comparison, key=lambda row: float(row["macro_f1"]))
        add("best", f"{best['macro_f1']:.4f}", title=best["title"], n=len(sources.comparison))
    if not figures:
        return None
    return Section("summary", words("summary.title"), {"figures": figures})
