from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gyeol.errors import DataError, GyeolError
from gyeol.review.database import Database


def test_it_is_kept_in_a_write_ahead_log_and_opened_again(tmp_path: Path) -> None:
    first = Database(tmp_path / "deep" / "review.db")
    assert first.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert first.rows("PRAGMA synchronous")[0][0] == 2
    first.close()
    again = Database(tmp_path / "deep" / "review.db")
    assert again.rows("SELECT count(*) FROM images")[0][0] == 0
    again.close()


def test_what_is_no_review_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, foreign, newer, older = (tmp_path / name for name in ("a.db", "b.db", "c.db", "d.db"))
    text.write_text("some notes, long enough to be no header at all\n" * 50)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE t (x)")
    for path, form in ((newer, 99), (older, 1)):
        Database(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {form}")
    refused = {
        text: "no review database",
        foreign: "another program",
        newer: "update gyeol",
        older: "new file",
    }
    for path, said in refused.items():
        before = path.read_bytes()
        with pytest.raises(DataError, match=said):
            Database(path)
        assert path.read_bytes() == before
    with pytest.raises(GyeolError, match="cannot"):
        Database(tmp_path)


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "review.db")
    statement = "INSERT INTO images (folder, name, title) VALUES ('f', 'n', 't')"

    def half() -> None:
        with database.writing() as connection:
            connection.execute(statement)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert database.rows("SELECT * FROM images") == []
    with database.writing() as connection:
        connection.execute(statement)
    assert len(database.rows("SELECT * FROM images")) == 1
    database.close()
