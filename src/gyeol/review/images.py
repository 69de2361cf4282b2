"""The images that are to be looked at, and what the model says of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.data.listing import by_stem, key
from gyeol.data.table import read_table
from gyeol.errors import DataError
from gyeol.files import printable
from gyeol.review.database import Database


@dataclass(frozen=True)
class ImageRow:
    """One image.

    Parameters
    ----------
    id : int
        Its number in the database.
    path : Path
        The file.
    title : str
        What to call it.
    score : float or None
        The model's; None where it is not judged yet or cannot be read.
    kind : int or None
        The kind of texture.
    error : str
        Why it cannot be read, else empty.
    """

    id: int
    path: Path
    title: str
    score: float | None
    kind: int | None
    error: str


@dataclass(frozen=True)
class Score:
    """What the model says of one image; `feature` is (D,) float32."""

    score: float | None
    kind: int | None
    strange: bool = False
    error: str = ""
    feature: NDArray[np.float32] | None = None


def add_images(
    database: Database, folder: Path, paths: Sequence[Path], titles: Sequence[str] | None = None
) -> list[int]:
    """Add a folder's images (those that are there already are left alone); returns their numbers."""
    names = [path.name for path in paths]
    shown = [path.name for path in paths] if titles is None else titles
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO images (folder, name, title) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (str(folder), name, unicodedata.normalize("NFC", title))
                for name, title in zip(names, shown, strict=True)
            ],
        )
    numbers = {
        row["name"]: row["id"]
        for row in database.rows("SELECT id, name FROM images WHERE folder = ?", str(folder))
    }
    return [numbers[name] for name in names]


def find_image(database: Database, number: int) -> ImageRow | None:
    """Find an image by its number."""
    rows = database.rows("SELECT * FROM images WHERE id = ?", number)
    if not rows:
        return None
    row = rows[0]
    return ImageRow(
        row["id"], Path(row["folder"]) / row["name"], row["title"], row["score"], row["kind"], row["error"]
    )


def unjudged(database: Database, model: str, limit: int) -> list[tuple[int, Path]]:
    """List images that `model` has not judged, as number and file."""
    rows = database.rows(
        "SELECT id, folder, name FROM images WHERE model <> ? ORDER BY id LIMIT ?", model, limit
    )
    return [(row["id"], Path(row["folder"]) / row["name"]) for row in rows]


def count_images(database: Database, model: str) -> tuple[int, int]:
    """Count all images, and those that `model` has not judged."""
    row = database.rows("SELECT count(*) AS every, coalesce(sum(model <> ?), 0) AS left FROM images", model)[
        0
    ]
    return row["every"], row["left"]


def save_scores(database: Database, model: str, scores: Iterable[tuple[int, Score]]) -> None:
    """Keep what the model says of images, by number."""
    rows = [
        (
            each.score,
            each.kind,
            int(each.strange),
            each.error,
            model,
            None if each.feature is None else each.feature.astype("<f4").tobytes(),
            number,
        )
        for number, each in scores
    ]
    with database.writing() as connection:
        connection.executemany(
            "UPDATE images SET score = ?, kind = ?, strange = ?, error = ?, model = ?, "
            "feature = coalesce(?, feature) WHERE id = ?",
            rows,
        )


def read_scores(database: Database, folder: Path, table: Path, model: str) -> int:
    """Take scores from the table that ``gyeol predict --scores`` wrote; returns how many images have got one.

    Raises
    ------
    DataError
        If the table cannot be read, has no such columns, or names none of the folder's images.
    """
    parsed = read_table(table)
    lacking = [name for name in ("ImageId", "score", "kind") if name not in parsed.header]
    if lacking or parsed.problems:
        reason = parsed.problems[0] if parsed.problems else f"It has no column {lacking[0]}."
        raise DataError(f"{printable(table)}: {reason} Give the table of gyeol predict --scores")
    rows = database.rows("SELECT id, name FROM images WHERE folder = ?", str(folder))
    files = by_stem(Path(row["name"]) for row in rows)
    stems = {stem: path.name for stem, path in files.items()}
    numbers = {row["name"]: row["id"] for row in rows}
    at = {name: parsed.header.index(name) for name in parsed.header}
    found: list[tuple[int, Score]] = []
    for row in parsed.rows:
        name = key(row.fields[at["ImageId"]])
        number = numbers.get(name) or numbers.get(stems.get(name, ""))
        if number is None:
            continue
        note = row.fields[at["note"]] if "note" in at else ""
        try:
            score = float(row.fields[at["score"]])
            kind = int(row.fields[at["kind"]] or -1)
        except ValueError as error:
            raise DataError(
                f"{printable(table)}: line {row.line:,} has no number as score or kind"
            ) from error
        known = np.isfinite(score)
        found.append(
            (
                number,
                Score(float(score), kind, note == "unfamiliar texture")
                if known
                else Score(None, None, error=note or "?"),
            )
        )
    if not found:
        raise DataError(
            f"{printable(table)}: none of its images is in {printable(folder)}; give its own scores"
        )
    save_scores(database, model, found)
    return len(found)
