"""The worst misses and false alarms."""

from __future__ import annotations

from typing import Any

from gyeol.files import printable
from gyeol.metrics.answers import Compared, gravest
from gyeol.report.elements import Cell, Picture, Section, Table
from gyeol.report.errors import Mistake
from gyeol.report.sources import Sources
from gyeol.report.tiles import data_uri, fitted
from gyeol.report.words import Words

SIDE = 224
"""Longer side of a picture, in pixels."""
WORST = 12
"""Misses shown, and false alarms."""
LISTED = 100
"""Misses in the table, and false alarms."""


def mistakes(sources: Sources, words: Words) -> Section | None:
    """Show them as pictures where they were judged again, and list them where the answers are known."""
    compared = sources.compared
    if compared is None:
        return None
    wrong = int((compared.truth != compared.answers).sum())
    groups = [
        {
            "title": words(title),
            "pictures": [
                _pair(each, sources.threshold, words)
                for each in sorted((m for m in sources.mistakes if m.truth == truth), key=_gravity)[:WORST]
            ],
        }
        for title, truth in (("mistakes.misses", 1), ("mistakes.alarms", 0))
    ]
    return Section(
        "mistakes",
        words("mistakes.title"),
        {
            "empty": not wrong,
            "groups": [group for group in groups if group["pictures"]],
            "table": _table(compared, wrong, words) if wrong else None,
        },
    )


def _gravity(mistake: Mistake) -> tuple[float, str]:
    return (mistake.score if mistake.truth else -mistake.score), mistake.name


def _pair(mistake: Mistake, threshold: float | None, words: Words) -> dict[str, Any]:
    name, what = printable(mistake.name), words("mistakes.miss" if mistake.truth else "mistakes.alarm")
    plain, hot = fitted(mistake.pixels, SIDE), fitted(mistake.coloured, SIDE, mistake.mask)
    told = words("mistakes.score", score=f"{mistake.score:.2f}")
    if threshold is not None:
        told = words("mistakes.against", score=f"{mistake.score:.2f}", threshold=f"{threshold:.2f}")
    return {
        "name": name,
        "told": told,
        "kind": words("mistakes.kind", kind=printable(mistake.kind)),
        "plain": Picture(
            data_uri(plain), plain.width, plain.height, words("mistakes.plain", what=what, name=name)
        ),
        "hot": Picture(
            data_uri(hot), hot.width, hot.height, words("mistakes.hot", what=what, name=name, told=told)
        ),
    }


def _table(compared: Compared, wrong: int, words: Words) -> Table:
    """List the worst, by how far their scores lie on the wrong side."""
    rows = [
        [
            Cell(printable(compared.ids[n])),
            Cell(words("mistakes.miss" if compared.truth[n] else "mistakes.alarm")),
            Cell(printable(compared.kinds[n]) if compared.kinds else "–"),
            Cell("–")
            if compared.scores is None
            else Cell(f"{compared.scores[n]:.3f}", float(compared.scores[n])),
        ]
        for n in gravest(compared, LISTED)
    ]
    heads = [words(f"mistakes.{name}") for name in ("image", "what", "kind_head", "score_head")]
    note = words("mistakes.more", n=wrong - len(rows)) if wrong > len(rows) else ""
    return Table(words("mistakes.table", n=wrong), heads, rows, note)
