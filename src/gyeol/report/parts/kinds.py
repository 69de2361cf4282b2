"""The kinds of texture, each with a contact sheet."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from gyeol.report.charts.kinds import kinds as kinds_chart
from gyeol.report.charts.places import places
from gyeol.report.elements import Picture, Section
from gyeol.report.images import Album
from gyeol.report.sources import Sources
from gyeol.report.words import Words

PICTURES = 120
"""Defects shown in all: the file has to stay small enough to send around."""
LEAST, MOST = 3, 24
"""Defects shown of one kind, if it has so many."""


def kinds(sources: Sources, words: Words) -> Section | None:
    """Show how many images each kind has, where they lie, what is usual of it, and all its defects with their masks."""
    facts = sources.facts
    if facts is None or not facts["kinds"]:
        return None
    charts = [kinds_chart(facts["kinds"], words)]
    if facts.get("places"):
        charts.append(places(facts["places"], words))
    sheets = []
    if sources.data is not None:
        album = Album(sources.data, facts.get("layout", ""))
        most = min(MOST, max(LEAST, PICTURES // len(facts["kinds"])))
        sheets = [_sheet(row, album, most, words) for row in facts["kinds"]]
    return Section("kinds", words("kinds.title"), {"charts": charts, "sheets": sheets})


def _sheet(row: dict[str, Any], album: Album, most: int, words: Words) -> dict[str, Any]:
    kind = row["kind"]
    names = row.get("defect_images", ())
    normals = [
        album.picture(name, words("sheet.normal.alt", kind=kind, name=name), PurePosixPath(name).name)
        for name in (row.get("typical") or [row["example"]])
    ]
    defects = [
        album.picture(
            name, words("sheet.defect.alt", kind=kind, name=name), PurePosixPath(name).name, outlined=True
        )
        for name in names[:most]
    ]
    return {
        "title": words("kind", n=kind),
        "counts": words("sheet.counts", normals=row["normals"], defects=row["defects"], test=row["test"]),
        "groups": [
            {"title": words(title), "pictures": [each for each in pictures if each], "more": more}
            for title, pictures, more in (
                ("sheet.normals", normals, ""),
                ("sheet.defects", defects, _more(len(names) - most, words)),
            )
            if any(isinstance(each, Picture) for each in pictures)
        ],
    }


def _more(number: int, words: Words) -> str:
    return words("sheet.more", n=number) if number > 0 else ""
