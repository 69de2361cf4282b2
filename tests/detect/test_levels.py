from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gyeol.detect.levels import MOST, find_levels, levels_of
from gyeol.detect.threshold import choose_threshold
from gyeol.metrics import macro_f1

quick = settings(max_examples=25, deadline=None)
score_lists = st.lists(st.floats(-20, 200, allow_nan=False), min_size=1, max_size=30).map(np.array)


def normals(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).exponential(1.0, 400) - 0.7


@quick
@given(score_lists, st.integers(0, 10**6), st.integers(1, 5))
def test_levels_are_bounded_factors_and_keep_the_sign_of_a_score(
    defects: np.ndarray, seed: int, kinds: int
) -> None:
    kind = np.random.default_rng(seed).integers(0, kinds, len(defects))
    found = find_levels(normals(), defects, kind, kinds)
    assert found.by_kind.shape == (kinds,)
    assert found.defects.shape == defects.shape
    assert (found.by_kind >= 1 / MOST - 1e-12).all()
    assert (found.by_kind <= MOST + 1e-12).all()
    assert (np.sign(found.defects) == np.sign(defects)).all()


def test_a_kind_whose_defects_lie_lower_gets_the_lower_threshold() -> None:
    defects = np.array([5.0, 5.5, 6.0, 40.0, 45.0, 50.0])
    kind = np.array([0, 0, 0, 1, 1, 1])
    found = find_levels(normals(), defects, kind, 3)
    assert found.by_kind[0] < found.by_kind[2] < found.by_kind[1], "the third kind has no defects of its own"
    assert found.by_kind[2] == pytest.approx(1, abs=0.1)
    assert (found.defects[:3] > defects[:3]).all()
    assert (found.defects[3:] < defects[3:]).all()


def test_kinds_alike_stay_alike() -> None:
    rng = np.random.default_rng(3)
    found = find_levels(normals(), rng.normal(20, 3, 60), np.arange(60) % 3, 3)
    np.testing.assert_allclose(found.by_kind, 1, atol=0.1)


def test_a_defect_is_not_lifted_by_a_level_that_it_made_itself() -> None:
    kind = np.array([0, 0, 0, 1, 1, 1])
    found = find_levels(normals(), np.array([4.0, 30.0, 31.0, 30.0, 31.0, 32.0]), kind, 2)
    assert found.by_kind[0] < found.by_kind[1]
    assert found.defects[0] < 4.0 / found.by_kind[0], "without it its kind is like the other"
    assert found.defects[1] == pytest.approx(30.0 / found.by_kind[0], rel=0.1), "for which the low one stays"


@pytest.mark.parametrize(
    ("defects", "kind", "kinds"),
    [([5.0, 9.0, 30.0], [0, 0, 0], 1), ([5.0], [1], 2), ([-5.0, -6.0, -7.0], [0, 1, 1], 2)],
    ids=["one kind", "one defect", "below the normals"],
)
def test_nothing_is_levelled_where_nothing_can_be_known(
    defects: list[float], kind: list[int], kinds: int
) -> None:
    found = find_levels(normals(), np.array(defects), np.array(kind), kinds)
    np.testing.assert_array_equal(found.by_kind, 1)
    np.testing.assert_array_equal(found.defects, defects)


def test_more_is_told_apart_where_kinds_differ() -> None:
    """Six kinds whose defects lie far apart, a few known ones of each: fewer mistakes on thousands not seen."""
    gained = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        middle = np.linspace(6, 60, 6)

        def draw(count: int, middle: np.ndarray = middle, rng: np.random.Generator = rng) -> np.ndarray:
            return np.concatenate([rng.normal(each, each / 5, count) for each in middle])

        good, known, kind = rng.gumbel(0, 1, 1000), draw(4), np.repeat(np.arange(6), 4)
        unseen, of = (
            np.r_[rng.gumbel(0, 1, 6000), draw(300)],
            np.r_[np.arange(6000) % 6, np.repeat(np.arange(6), 300)],
        )
        truth = np.repeat([0, 1], [6000, 1800])
        as_it_is = choose_threshold(good, known).threshold
        found = find_levels(good, known, kind, 6)
        levelled = choose_threshold(good / found.by_kind[np.arange(1000) % 6], found.defects).threshold
        gained.append(
            macro_f1(truth, (unseen / found.by_kind[of] > levelled).astype(int))
            - macro_f1(truth, (unseen > as_it_is).astype(int))
        )
    assert np.mean(gained) > 0


def test_rows_of_defects_say_the_same() -> None:
    defects, kind = np.array([5.0, 6.0, 40.0, 41.0]), np.array([0, 0, 1, 1])
    rows = [{"kind": int(k), "calibrated": float(d), "fold": 0} for d, k in zip(defects, kind, strict=True)]
    one, other = levels_of(rows, normals(), 2, 0.02), find_levels(normals(), defects, kind, 2, 0.02)
    np.testing.assert_array_equal(one.by_kind, other.by_kind)
    np.testing.assert_array_equal(one.defects, other.defects)
