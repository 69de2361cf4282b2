"""Which detectors were served with a review file, so that learning can go on from the last of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gyeol.review.database import Database


def note_model(database: Database, weights: str, path: Path) -> None:
    """Remember that the detector at `path`, whose weights are named `weights`, is served now."""
    with database.writing() as connection:
        connection.execute(
            "INSERT INTO models (id, path, served) VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET path = excluded.path, served = excluded.served",
            (weights, str(path.resolve()), datetime.now(UTC).isoformat()),
        )


def last_model(database: Database) -> tuple[str, Path] | None:
    """Name the weights of the detector that was served last, and where it lay; None: it was not written down."""
    rows = database.rows("SELECT id, path FROM models ORDER BY served DESC LIMIT 1")
    return (rows[0]["id"], Path(rows[0]["path"])) if rows else None
