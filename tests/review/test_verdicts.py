from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from gyeol.review.database import Database
from gyeol.review.verdicts import StaleError, changes, say, undo, verdict_of


def test_versions_rise_from_nothing(database: Database, numbers: list[int]) -> None:
    assert verdict_of(database, numbers[0]).version == 0
    assert say(database, numbers[0], 0, "a", "defect", None).version == 1
    now = say(database, numbers[0], 1, "a", "normal", b"x")
    assert (now.version, now.answer, now.mask, now.reviewer) == (2, "normal", b"x", "a")
    assert verdict_of(database, numbers[0]) == now
    assert verdict_of(database, numbers[1]).answer is None


def test_a_stale_write_changes_nothing_and_tells_what_is_true(database: Database, numbers: list[int]) -> None:
    held = say(database, numbers[0], 0, "a", "defect", None)
    with pytest.raises(StaleError) as caught:
        say(database, numbers[0], 0, "b", "normal", None)
    assert caught.value.current == held == verdict_of(database, numbers[0])


def test_of_many_that_write_at_once_one_wins_and_all_others_are_told(
    database: Database, numbers: list[int]
) -> None:
    other = Database(database.path)  # another process would open it so
    told: list[str] = []
    start = threading.Barrier(8)

    def write(who: int) -> None:
        start.wait()
        try:
            say(other if who % 2 else database, numbers[0], 0, str(who), "defect", None)
            told.append("written")
        except StaleError:
            told.append("stale")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(told) == ["stale"] * 7 + ["written"]
    assert len(database.rows("SELECT * FROM events")) == 1


def test_undo_goes_back_step_by_step_to_nothing(database: Database, numbers: list[int]) -> None:
    first, second = numbers[:2]
    say(database, first, 0, "a", "defect", b"m")
    say(database, second, 0, "a", "unsure", None)
    say(database, first, 1, "a", "normal", None)
    back = undo(database, "a")
    assert back is not None
    assert (back.image, back.answer, back.mask, back.version) == (first, "defect", b"m", 3)
    assert undo(database, "a") == verdict_of(database, second)
    last = undo(database, "a")
    assert last is not None
    assert (last.image, last.answer, last.mask) == (first, None, None)
    assert undo(database, "a") is None


def test_undo_is_each_ones_own_and_never_takes_away_anothers_word(
    database: Database, numbers: list[int]
) -> None:
    say(database, numbers[0], 0, "a", "defect", None)
    say(database, numbers[1], 0, "a", "defect", None)
    held = say(database, numbers[1], 1, "b", "normal", None)
    with pytest.raises(StaleError) as caught:
        undo(database, "a")
    assert caught.value.current == held == verdict_of(database, numbers[1])
    further = undo(database, "a")
    assert further is not None
    assert further.image == numbers[0]
    assert undo(database, "c") is None


def test_disagreement_is_of_last_answers_and_ends_with_an_undo(
    database: Database, numbers: list[int]
) -> None:
    image = numbers[0]
    assert not say(database, image, 0, "a", "defect", None).contested
    assert say(database, image, 1, "b", "normal", None).contested
    assert not say(database, image, 2, "a", "normal", None).contested
    assert say(database, image, 3, "b", "unsure", None).contested
    back = undo(database, "b")
    assert back is not None
    assert not back.contested


def test_changes_since_an_event(database: Database, numbers: list[int]) -> None:
    assert changes(database, 0) == (0, [])
    say(database, numbers[0], 0, "a", "defect", None)
    last, told = changes(database, 0)
    assert [each.image for each in told] == [numbers[0]]
    assert changes(database, last) == (last, [])
    undo(database, "a")
    assert changes(database, last)[1][0].answer is None


def test_an_answer_or_an_image_that_there_is_not_is_refused(database: Database, numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="'perhaps' is no answer; there are defect, normal, unsure"):
        say(database, numbers[0], 0, "a", "perhaps", None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        say(database, 999, 0, "a", "defect", None)
    assert database.rows("SELECT * FROM events") == []


def test_a_verdict_that_was_confirmed_is_in_the_file(
    database: Database, numbers: list[int], tmp_path: Path
) -> None:
    say(database, numbers[0], 0, "a", "defect", None)
    # Not closed: what a killed server leaves is the file and its log.
    for ending in ("", "-wal"):
        (tmp_path / f"copy.db{ending}").write_bytes(Path(f"{database.path}{ending}").read_bytes())
    copy = Database(tmp_path / "copy.db")
    assert verdict_of(copy, numbers[0]).answer == "defect"
    copy.close()
