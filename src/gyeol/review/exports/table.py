"""A table of verdicts, for a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

from gyeol.files import atomic_file
from gyeol.review.database import Database
from gyeol.review.exports.reviewed import reviewed

COLUMNS = ("ImageId", "answer", "score", "kind", "mask", "reviewer", "made", "version", "file")


def export_table(database: Database, path: Path) -> int:
    """Write a CSV file, a row an image; returns the number of rows.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    count = 0
    with atomic_file(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for count, each in enumerate(reviewed(database), start=1):  # noqa: B007 (the last one is the answer)
            writer.writerow(
                [
                    each.name,
                    each.answer,
                    "" if each.score is None else f"{each.score:.5f}",
                    "" if each.kind is None else each.kind,
                    int(each.mask is not None),
                    _harmless(each.reviewer),
                    each.made,
                    each.version,
                    _harmless(str(each.path)),
                ]
            )
    return count


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
