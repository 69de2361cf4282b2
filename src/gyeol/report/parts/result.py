"""How good the answers are, once the truth is known."""

from __future__ import annotations

from typing import Any

from gyeol.report.charts.curves import curves
from gyeol.report.elements import Cell, Section, Table, count, share
from gyeol.report.sources import Sources
from gyeol.report.words import Words


def result(sources: Sources, words: Words) -> Section | None:
    """Show the confusion matrix, the curves, and the figures by class and by kind."""
    found = sources.evaluation
    if found is None:
        return None
    ranking, compared = found["ranking"], sources.compared
    charts = []
    if ranking is not None and compared is not None and compared.scores is not None:
        charts = curves(compared, ranking["auroc"], ranking["average_precision"], words)
    return Section(
        "result",
        words("result.title"),
        {
            "confusion": _confusion(found),
            "best": _best(found, words),
            "charts": charts,
            "classes": _classes(found, words),
            "kinds": _kinds(found, words) if found["kinds"] else None,
        },
    )


def _confusion(found: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Give, for each truth and each answer, the count and its share of the truth's images."""
    return [
        [
            {"count": number, "share": number / max(1, sum(row)), "right": truth == answer}
            for answer, number in enumerate(row)
        ]
        for truth, row in enumerate(found["confusion"])
    ]


def _best(found: dict[str, Any], words: Words) -> str:
    ranking = found["ranking"]
    if ranking is None:
        return ""
    cost = ranking["threshold_cost"]
    return words(
        "result.best" if cost >= 0 else "result.better",
        best=f"{ranking['best_macro_f1']:.4f}",
        threshold=f"{ranking['best_threshold']:.4g}",
        cost=f"{abs(cost):.4f}",
    )


def _classes(found: dict[str, Any], words: Words) -> Table:
    rows = [
        [Cell(words(f"class.{name}")), count(found[name]["support"])]
        + [share(found[name][figure]) for figure in ("precision", "recall", "f1")]
        for name in ("normal", "defective")
    ]
    heads = [
        words("class.truth"),
        words("images"),
        *(words(f"class.{name}") for name in ("precision", "recall")),
        "F1",
    ]
    return Table(words("class.title"), heads, rows)


def _kinds(found: dict[str, Any], words: Words) -> Table:
    rows = [
        [
            Cell(row["kind"]),
            count(row["images"]),
            count(row["defects"]),
            count(row["misses"]),
            count(row["false_alarms"]),
            share(row["recall"]),
            share(row["auroc"]),
        ]
        for row in found["kinds"]
    ]
    named = ("kind", "images", "defects", "misses", "alarms", "recall")
    heads = [*(words(f"by_kind.{name}") for name in named), "AUROC"]
    return Table(words("by_kind.title"), heads, rows)
