from __future__ import annotations

import itertools

import numpy as np
import pytest

from gyeol.review.database import Database
from gyeol.review.images import Score, save_scores
from gyeol.review.order import BATCH, Candidate, diverse, uncertainty, what_next
from gyeol.review.verdicts import say


def test_the_threshold_is_least_certain_and_both_sides_are_alike() -> None:
    unsure = uncertainty(np.array([4.0, 6.0, 8.0, 10.0, 12.0]), 8.0)
    assert unsure.argmax() == 2
    assert unsure[2] == 1
    np.testing.assert_allclose(unsure, unsure[::-1])


def test_what_is_alike_comes_later_even_if_it_is_less_certain() -> None:
    alike, other = np.zeros(4, np.float32), np.full(4, 5, np.float32)
    candidates = [
        Candidate(1, 8.0, alike),
        Candidate(2, 8.01, alike),
        Candidate(3, 8.02, alike),
        Candidate(4, 8.5, other),
    ]
    order = [each.image for each in diverse(candidates, [], 8.0)]
    assert order[:2] == [1, 4]
    assert sorted(order) == [1, 2, 3, 4]


def test_what_is_like_something_said_comes_later() -> None:
    alike, other = np.zeros(4, np.float32), np.full(4, 5, np.float32)
    candidates = [Candidate(1, 8.0, alike), Candidate(2, 8.2, other)]
    assert [each.image for each in diverse(candidates, [], 8.0)] == [1, 2]
    seen = [Candidate(9, 8.0, alike)]
    assert [each.image for each in diverse(candidates, seen, 8.0)] == [2, 1]


def test_without_features_the_scores_alone_decide() -> None:
    candidates = [Candidate(n, float(n)) for n in range(300)]
    order = [each.image for each in diverse(candidates, [], 100.0)]
    assert order[0] == 100
    assert sorted(order) == list(range(300))
    assert set(order[-20:]) <= set(range(240, 300))


def test_one_kind_at_a_time_and_nothing_that_was_answered(database: Database, numbers: list[int]) -> None:
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO images (folder, name, title) VALUES ('f', ?, '')", [(str(n),) for n in range(60)]
        )
    more = [row["id"] for row in database.rows("SELECT id FROM images WHERE folder = 'f' ORDER BY id")]
    save_scores(database, "m", [(number, Score(n / 10, n % 3)) for n, number in enumerate(more)])
    say(database, more[30], 0, "a", "normal", None)
    order = what_next(database, 3.0)
    assert more[30] not in order
    assert sorted(order) == sorted({*numbers, *more} - {more[30]})
    kinds = {row["id"]: row["kind"] for row in database.rows("SELECT id, kind FROM images")}
    runs = [len(list(run)) for _, run in itertools.groupby(kinds[number] for number in order[: 3 * BATCH])]
    assert runs == [BATCH] * 3
    assert {kinds[number] for number in what_next(database, 3.0, kind=2)} == {2}
    assert len(what_next(database, 3.0, limit=7)) == 7


@pytest.mark.parametrize("threshold", [0.0, 3.0])
def test_nothing_to_look_at_is_an_empty_list(database: Database, threshold: float) -> None:
    assert what_next(database, threshold) == []
