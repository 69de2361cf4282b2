"""The whole list of images at once, column by column: ten thousand rows in one short answer."""

from __future__ import annotations

from typing import Any

from gyeol.review.database import Database

_QUESTION = """
SELECT id, title, folder, score, kind, strange, error, coalesce(version, 0) AS version, answer,
       mask IS NOT NULL AS masked, coalesce(reviewer, '') AS reviewer, coalesce(contested, 0) AS contested
FROM images LEFT JOIN verdicts ON image = id ORDER BY id
"""
COLUMNS = (
    "id",
    "title",
    "folder",
    "score",
    "kind",
    "strange",
    "error",
    "version",
    "answer",
    "masked",
    "reviewer",
    "contested",
)


def columns(database: Database) -> dict[str, list[Any]]:
    """List all images: a dict of equally long lists, in the order of the images' numbers.

    ``score`` and ``kind`` are null where the model has not judged yet; ``version`` is 0 and ``answer`` null where
    nobody has said anything; ``folder`` counts into the list ``folders``.
    """
    rows = database.rows(_QUESTION)
    folders: dict[str, int] = {}
    table: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in COLUMNS}
    table["folder"] = [folders.setdefault(name, len(folders)) for name in table["folder"]]
    table["score"] = [None if score is None else round(score, 4) for score in table["score"]]
    return {**table, "folders": list(folders)}
