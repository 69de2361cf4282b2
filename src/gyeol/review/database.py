"""Opening the review database: one SQLite file, one connection shared behind a lock, nothing lost on power cuts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gyeol.errors import DataError, OutputError
from gyeol.files import printable
from gyeol.review.schema import APPLICATION, SCHEMA, TABLES


class Database:
    """One review file.

    Parameters
    ----------
    path : Path
        Made where it is not there.

    Raises
    ------
    DataError
        If it is another program's file, damaged, or of a newer gyeol.
    OutputError
        If it cannot be made or written.

    Notes
    -----
    Other processes may read it at any time, and write in turns (write-ahead log). A transaction that has ended is on
    the disk (``synchronous = FULL``), so that a verdict is never confirmed and then lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._prepare()
        except OSError as error:
            raise OutputError(
                f"cannot write {printable(path)}: {error.strerror}; choose another place"
            ) from error
        except sqlite3.OperationalError as error:
            raise OutputError(f"cannot open {printable(path)}: {error}; choose another place") from error
        except sqlite3.DatabaseError as error:
            raise DataError(f"{printable(path)}: no review database ({error}); give another name") from error

    def _prepare(self) -> None:
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        application = self._connection.execute("PRAGMA application_id").fetchone()[0]
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if tables and application != APPLICATION:
            raise DataError(f"{printable(self.path)}: a database of another program; give another name")
        if tables and version != SCHEMA:
            remedy = "update gyeol" if version > SCHEMA else "begin a new file"
            raise DataError(
                f"{printable(self.path)}: of form {version}, and this gyeol reads form {SCHEMA}; {remedy}"
            )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self.writing() as connection:
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection within one transaction: all of the block happens, or nothing.

        Raises
        ------
        OutputError
            If the file cannot be written, or another process keeps it for ten seconds.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                raise OutputError(
                    f"cannot write {printable(self.path)}: {error}; free space or rights"
                ) from error

    def rows(self, question: str, *values: object) -> list[sqlite3.Row]:
        """Ask for rows."""
        with self._lock:
            return self._connection.execute(question, values).fetchall()

    def close(self) -> None:
        """Write the log into the file and let go of it."""
        with self._lock:
            self._connection.close()
