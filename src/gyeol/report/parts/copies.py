"""Images that are there more than once."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from gyeol.report.elements import Cell, Section, Table, count
from gyeol.report.images import Album
from gyeol.report.sources import Sources
from gyeol.report.words import Words

SHOWN = 200
"""Groups in the table; explore.json holds all."""
PICTURED, OF_EACH = 6, 4
"""Groups shown as pictures, and pictures of each."""


def copies(sources: Sources, words: Words) -> Section | None:
    """List the groups, those first that spoil a training or a test, and show some of them."""
    facts = sources.facts
    if facts is None:
        return None
    groups = sorted(
        facts["duplicates"], key=lambda group: (not group["both_labels"], not group["train_and_test"])
    )
    content: dict[str, Any] = {"empty": not groups, "table": None, "shown": []}
    if groups:
        content["table"] = _table(groups, words)
        if sources.data is not None:
            album = Album(sources.data, facts.get("layout", ""))
            content["shown"] = [_pictures(group, album, words) for group in groups[:PICTURED]]
    return Section("copies", words("copies.title"), content)


def _table(groups: list[dict[str, Any]], words: Words) -> Table:
    rows = [
        [
            Cell(words(f"copies.{group['sameness']}")),
            count(len(group["files"])),
            Cell(_problem(group, words)),
            Cell(_files(group["files"], words)),
        ]
        for group in groups[:SHOWN]
    ]
    note = words("copies.more", n=len(groups) - SHOWN) if len(groups) > SHOWN else ""
    heads = [words(f"copies.{name}") for name in ("sameness", "count", "problem", "files")]
    return Table(words("copies.table", n=len(groups)), heads, rows, note)


def _problem(group: dict[str, Any], words: Words) -> str:
    named = [words(f"copies.{name}") for name in ("both_labels", "train_and_test") if group[name]]
    return ", ".join(named) or "–"


def _files(files: list[str], words: Words, shown: int = 4) -> str:
    listed = ", ".join(files[:shown])
    return listed if len(files) <= shown else words("and_more", names=listed, more=len(files) - shown)


def _pictures(group: dict[str, Any], album: Album, words: Words) -> dict[str, Any]:
    made = [
        album.picture(name, words("copies.alt", name=name), PurePosixPath(name).name)
        for name in group["files"][:OF_EACH]
    ]
    return {
        "title": words(f"copies.{group['sameness']}"),
        "problem": _problem(group, words),
        "pictures": [each for each in made if each],
    }
