"""The images that somebody has answered, with names that are safe in any archive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gyeol.review.database import Database
from gyeol.review.verdicts import DEFECTIVE


@dataclass(frozen=True)
class Reviewed:
    """One image and what holds true of it.

    Parameters
    ----------
    name : str
        Its file name in an export: unique without the extension, and no path.
    path : Path
        The file.
    score, kind : float or None, int or None
        The model's.
    answer : str
        One of :data:`gyeol.review.verdicts.ANSWERS`.
    mask : bytes or None
        PNG of the image's size.
    reviewer, made : str
        Who and when.
    version : int
        How often it was written.
    contested : bool
        Whether the last answers of two people differ.
    """

    name: str
    path: Path
    score: float | None
    kind: int | None
    answer: str
    mask: bytes | None
    reviewer: str
    made: str
    version: int
    contested: bool

    @property
    def defective(self) -> bool | None:
        """Whether the image is defective; None where the answer says neither."""
        return DEFECTIVE.get(self.answer)


def reviewed(database: Database) -> Iterator[Reviewed]:
    """Give the answered images in the order of their numbers."""
    taken: set[str] = set()
    numbers = database.rows("SELECT image FROM verdicts WHERE answer IS NOT NULL ORDER BY image")
    for number in numbers:  # one at a time: ten thousand masks need not be in memory together
        found = database.rows(
            "SELECT * FROM verdicts JOIN images ON id = image WHERE image = ? AND answer IS NOT NULL",
            number["image"],
        )
        for row in found:  # none, where the answer was taken back in this moment
            path = Path(row["folder"]) / row["name"]
            yield Reviewed(
                _name(row["title"], path.suffix, taken),
                path,
                row["score"],
                row["kind"],
                row["answer"],
                row["mask"],
                row["reviewer"],
                row["made"],
                row["version"],
                bool(row["contested"]),
            )


def _name(title: str, extension: str, taken: set[str]) -> str:
    """Make a name from one that may have come with an upload: letters and digits of any script, no path, unique."""
    stem = Path(title).stem if Path(title).suffix else title
    stem = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", stem)).strip("._")[:80] or "image"
    name, number = stem, 1
    while name.casefold() in taken:  # some file systems take a.png and A.png for one
        number += 1
        name = f"{stem}_{number}"
    taken.add(name.casefold())
    return name + extension.lower()
