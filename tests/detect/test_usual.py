from __future__ import annotations

import numpy as np
import pytest

from gyeol.detect.calibration import calibrate
from gyeol.detect.surfaces import Surface
from gyeol.detect.threshold import share_above
from gyeol.detect.usual import ENOUGH, PARTS, known_by_heart, normals_to_judge, scores_apart, usual_scores


def surfaces(count: int) -> list[Surface]:
    return [Surface(np.full((8, 8), number % 200, np.uint8)) for number in range(count)]


def test_those_kept_out_come_first_and_as_many_more_as_are_needed_none_twice() -> None:
    held_out, training = surfaces(30), surfaces(40)
    chosen = normals_to_judge(held_out, [*training, *training])
    assert [id(each) for each in chosen] == [id(each) for each in (*held_out, *training)]
    assert len(normals_to_judge(held_out, surfaces(2 * ENOUGH))) == ENOUGH
    assert len(normals_to_judge(surfaces(ENOUGH + 5), training)) == ENOUGH + 5


def test_a_normal_does_not_calibrate_itself() -> None:
    rng = np.random.default_rng(0)
    raw, kind = rng.normal(size=40), np.repeat([0, 1], 20)
    apart = scores_apart(raw, kind, 2)
    own = np.arange(40) % PARTS == 3
    np.testing.assert_array_equal(apart[own], calibrate(raw[~own], kind[~own], 2)(raw[own], kind[own]))
    raised = raw.copy()
    raised[3] += 100.0  # an outlier's own score rises by as much as it does, and no scale with it
    assert scores_apart(raised, kind, 2)[3] > 90.0
    turned = rng.permutation(40)  # of every kind there are some in every part, in whatever order they come
    again = scores_apart(raw[turned], kind[turned], 2)
    assert np.isfinite(again).all()
    assert scores_apart(raw[:1], kind[:1], 2).tolist() == [0.0]
    assert np.isfinite(scores_apart(raw[:2], np.array([0, 1]), 2)).all()


def test_the_tail_of_few_normals_a_kind_is_not_taken_for_lighter_than_it_is() -> None:
    """Of twenty kinds with ten normals each, by chance, as many lie above a threshold as are expected."""
    rng = np.random.default_rng(0)
    kinds, few, threshold = 20, 10, np.array([3.0])
    scale = rng.uniform(0.5, 2, kinds)
    ratios = []
    for _ in range(20):
        kind = np.repeat(np.arange(kinds), few)
        raw = rng.gumbel(size=kinds * few) * scale[kind]
        new_kind = np.repeat(np.arange(kinds), 200)
        new = rng.gumbel(size=kinds * 200) * scale[new_kind]
        calibration, apart, _ = usual_scores(raw, kind, len(raw), kinds)
        true = float((calibration(new, new_kind) > threshold).mean())
        ratios.append(
            (
                share_above(apart, threshold)[0] / true,
                share_above(calibration(raw, kind), threshold)[0] / true,
            )
        )
    apart_ratio, own_ratio = np.mean(ratios, 0)
    assert 0.7 < apart_ratio < 1.4
    assert own_ratio < 0.75 * apart_ratio


@pytest.mark.parametrize(("shift", "known"), [(0.0, False), (0.2, False), (-1.5, True)])
def test_what_is_known_by_heart_is_left_out(shift: float, known: bool) -> None:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 400)
    raw = rng.normal(size=400) + 5 * kind
    raw[100:] += shift
    assert known_by_heart(raw, kind, 100) is known
    calibration, scores, kinds = usual_scores(raw, kind, 100, 3)
    assert len(scores) == len(kinds) == (100 if known else 400)
    alone = calibrate(raw[: len(scores)], kind[: len(scores)], 3)
    np.testing.assert_array_equal(calibration.scale, alone.scale)


def test_without_one_of_both_nothing_is_known_by_heart() -> None:
    raw, kind = np.arange(6.0), np.zeros(6, np.int64)
    assert not known_by_heart(raw, kind, 6)
    assert not known_by_heart(raw, kind, 0)


def test_kinds_that_are_kept_out_more_often_do_not_look_known_by_heart() -> None:
    rng = np.random.default_rng(0)
    kind = np.repeat([1, 0, 1, 0], [80, 20, 100, 200])
    raw = rng.normal(size=400) + 10 * kind
    assert not known_by_heart(raw, kind, 100)
