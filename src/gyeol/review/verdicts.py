"""What people say of images: written by several at once without a lost update, undone by each for himself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from gyeol.errors import GyeolError
from gyeol.review.database import Database

Answer = Literal["defect", "normal", "unsure"]
ANSWERS: tuple[str, ...] = get_args(Answer)
DEFECTIVE = {"defect": True, "normal": False}
"""Whether an answer calls the image defective; one that is not here says neither, and is not learnt from."""


class StaleError(GyeolError):
    """Somebody else has said something of the image in the meantime; `current` is what."""

    def __init__(self, message: str, current: Verdict) -> None:
        super().__init__(message)
        self.current = current


@dataclass(frozen=True)
class Verdict:
    """What is held true of one image now.

    Parameters
    ----------
    image : int
        The image's number.
    version : int
        0: nothing was ever said. Whoever writes names the version that he has seen.
    answer : {"defect", "normal", "unsure"} or None
        None: no answer.
    mask : bytes or None
        Where the defect is, as PNG.
    reviewer, made : str
        Who said it, and when (UTC, ISO 8601).
    contested : bool
        Whether the last answers of two people differ.
    """

    image: int
    version: int
    answer: Answer | None = None
    mask: bytes | None = None
    reviewer: str = ""
    made: str = ""
    contested: bool = False


def verdict_of(database: Database, image: int) -> Verdict:
    """Say what is held true of an image."""
    rows = database.rows("SELECT * FROM verdicts WHERE image = ?", image)
    return _verdict(rows[0]) if rows else Verdict(image, 0)


def say(
    database: Database,
    image: int,
    version: int,
    reviewer: str,
    answer: Answer | None,
    mask: bytes | None,
) -> Verdict:
    """Write a verdict.

    Parameters
    ----------
    database : Database
        The file.
    image : int
        The image's number.
    version : int
        The version that the reviewer has seen.
    reviewer : str
        Who says it.
    answer : {"defect", "normal", "unsure"} or None
        What the image is.
    mask : bytes or None
        Where the defect is, as PNG of the image's size.

    Returns
    -------
    Verdict
        What is held true now.

    Raises
    ------
    StaleError
        If somebody has written since; nothing is changed.
    ValueError
        If it is no answer.
    """
    if answer is not None and answer not in ANSWERS:
        raise ValueError(f"{answer!r} is no answer; there are {', '.join(ANSWERS)}")
    with database.writing() as connection:
        row = connection.execute("SELECT * FROM verdicts WHERE image = ?", (image,)).fetchone()
        now = _verdict(row) if row else Verdict(image, 0)
        if now.version != version:
            raise StaleError(f"{now.reviewer} has said something of this image since you saw it", now)
        return _write(connection, now, row["event"] if row else None, reviewer, answer, mask)


def undo(database: Database, reviewer: str) -> Verdict | None:
    """Take back the last thing that a reviewer said and has not taken back yet.

    Returns
    -------
    Verdict or None
        What is held true of that image now; None where there is nothing to take back.

    Raises
    ------
    StaleError
        If somebody else has written on top of it. It stays, and the next undo goes one further back.
    """
    stale: Verdict | None = None
    with database.writing() as connection:
        event = connection.execute(
            "SELECT * FROM events WHERE reviewer = ? AND undone = 0 AND action = 'say' ORDER BY id DESC LIMIT 1",
            (reviewer,),
        ).fetchone()
        if event is None:
            return None
        connection.execute("UPDATE events SET undone = 1 WHERE id = ?", (event["id"],))
        row = connection.execute("SELECT * FROM verdicts WHERE image = ?", (event["image"],)).fetchone()
        now = _verdict(row)
        if row["event"] == event["id"]:
            return _undone(connection, now, event, reviewer)
        stale = now  # raised below: the mark on the event is to stay
    raise StaleError(f"{stale.reviewer} has said something of this image since; it is left as it is", stale)


def last_event(database: Database) -> int:
    """Give the number of the last event, 0: nothing was ever said."""
    return int(database.rows("SELECT coalesce(max(id), 0) AS last FROM events")[0]["last"])


def changes(database: Database, since: int, limit: int = 5000) -> tuple[int, list[Verdict]]:
    """List the images of which something was said after event `since`; returns the last event and what is true now."""
    last = last_event(database)
    rows = database.rows(
        "SELECT * FROM verdicts WHERE image IN (SELECT image FROM events WHERE id > ? AND id <= ?) LIMIT ?",
        since,
        last,
        limit,
    )
    return last, [_verdict(row) for row in rows]


def _undone(connection: sqlite3.Connection, now: Verdict, event: sqlite3.Row, reviewer: str) -> Verdict:
    """Bring back the state before an event."""
    before = connection.execute("SELECT * FROM events WHERE id = ?", (event["previous"],)).fetchone()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    values: dict[str, Any] = {
        "image": now.image,
        "version": now.version + 1,
        "answer": before["answer"] if before else None,
        "mask": before["mask"] if before else None,
        "reviewer": before["reviewer"] if before else reviewer,
        "made": made,
    }
    connection.execute(
        "INSERT INTO events (image, version, previous, answer, mask, reviewer, made, action) "
        "VALUES (:image, :version, :previous, :answer, :mask, :by, :made, 'undo')",
        {**values, "previous": event["id"], "by": reviewer},
    )
    return _keep(connection, {**values, "event": event["previous"]})


def _write(
    connection: sqlite3.Connection,
    now: Verdict,
    previous: int | None,
    reviewer: str,
    answer: Answer | None,
    mask: bytes | None,
) -> Verdict:
    values: dict[str, Any] = {
        "image": now.image,
        "version": now.version + 1,
        "answer": answer,
        "mask": mask,
        "reviewer": reviewer,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    event = connection.execute(
        "INSERT INTO events (image, version, previous, answer, mask, reviewer, made, action) "
        "VALUES (:image, :version, :previous, :answer, :mask, :reviewer, :made, 'say')",
        {**values, "previous": previous},
    ).lastrowid
    return _keep(connection, {**values, "event": event})


def _keep(connection: sqlite3.Connection, values: dict[str, Any]) -> Verdict:
    """Make a state the one that holds, and note whether people disagree."""
    last = connection.execute(
        "SELECT answer FROM events WHERE id IN (SELECT max(id) FROM events WHERE image = ? AND action = 'say' "
        "AND undone = 0 GROUP BY reviewer)",
        (values["image"],),
    ).fetchall()
    contested = len({row["answer"] for row in last if row["answer"] is not None}) > 1
    row = connection.execute(
        "INSERT INTO verdicts (image, version, event, answer, mask, reviewer, made, contested) "
        "VALUES (:image, :version, :event, :answer, :mask, :reviewer, :made, :contested) "
        "ON CONFLICT (image) DO UPDATE SET version = :version, event = :event, answer = :answer, mask = :mask, "
        "reviewer = :reviewer, made = :made, contested = :contested RETURNING *",
        {**values, "contested": int(contested)},
    ).fetchone()
    return _verdict(row)


def _verdict(row: sqlite3.Row) -> Verdict:
    return Verdict(
        row["image"],
        row["version"],
        row["answer"],
        row["mask"],
        row["reviewer"],
        row["made"],
        bool(row["contested"]),
    )
