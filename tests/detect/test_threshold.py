from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gyeol.detect.threshold import choose_threshold, expect, expected_macro_f1, share_above, share_below
from gyeol.metrics import macro_f1

quick = settings(max_examples=60, deadline=None)
few_scores = st.lists(st.floats(-20, 100, allow_nan=False), min_size=1, max_size=60).map(np.array)


def macro_f1_at(threshold: float, normals: np.ndarray, defects: np.ndarray, prevalence: float) -> float:
    missed, alarms = (defects <= threshold).mean(), (normals > threshold).mean()
    return float(expected_macro_f1(np.array([missed]), np.array([alarms]), prevalence)[0])


@quick
@given(few_scores)
def test_shares_are_shares_and_monotone(seen: np.ndarray) -> None:
    grid = np.sort(np.r_[np.linspace(seen.min() - 1, seen.max() + 5, 400), seen, np.quantile(seen, 0.9)])
    above, below = share_above(seen, grid), share_below(seen, grid)
    for share in (above, below):
        assert share.min() >= 0
        assert share.max() <= 1
    assert (np.diff(above) <= 1e-12).all()
    assert (np.diff(below) >= -1e-12).all()


def test_shares_are_those_of_the_data_where_there_is_data() -> None:
    seen = np.random.default_rng(0).normal(size=2000)
    grid = np.array([-1.0, 0.0, 1.0])
    truth = (seen[:, None] > grid).mean(0)
    np.testing.assert_allclose(share_above(seen, grid), truth, atol=1e-9)
    np.testing.assert_allclose(share_below(seen, grid), 1 - truth, atol=0.02)


@pytest.mark.parametrize("law", ["exponential", "normal"])
def test_the_tail_of_the_normals_is_told_beyond_what_was_seen(law: str) -> None:
    rng = np.random.default_rng(1)
    at = np.array([4.0])
    told = np.mean([share_above(getattr(rng, law)(size=300), at)[0] for _ in range(40)])
    truth = {"exponential": np.exp(-4), "normal": 3.2e-5}[law]
    assert told == pytest.approx(truth, rel=0.3) if law == "exponential" else truth < told < 3e-3


def test_macro_f1_of_known_confusions() -> None:
    none, all_of = np.array([0.0]), np.array([1.0])
    assert expected_macro_f1(none, none, 0.1)[0] == 1
    assert expected_macro_f1(all_of, all_of, 0.1)[0] == 0
    assert expected_macro_f1(all_of, none, 0.1)[0] == pytest.approx(0.9 / 1.9)  # everything called normal


def test_what_is_far_apart_is_told_apart() -> None:
    rng = np.random.default_rng(2)
    normals, defects = rng.normal(0, 1, 500), rng.normal(30, 3, 30)
    choice = choose_threshold(normals, defects)
    assert normals.max() < choice.threshold < defects.min()
    assert choice.macro_f1 > 0.999
    assert choice.missed < 1e-3
    assert choice.alarms < 1e-3


@pytest.mark.parametrize(
    ("law", "gap"), [("normal", 4.5), ("normal", 7.0), ("exponential", 6.0), ("exponential", 12.0)]
)
def test_the_estimate_is_near_the_truth(law: str, gap: float) -> None:
    rng = np.random.default_rng(3)

    def draw(count: int) -> np.ndarray:
        return rng.normal(size=count) if law == "normal" else rng.exponential(size=count)

    many_normals, many_defects = draw(200_000), gap + rng.normal(0, 1.0, 50_000)
    errors, inside = [], 0
    for _ in range(20):
        choice = choose_threshold(draw(1000), gap + rng.normal(0, 1.0, 30), 0.1)
        truth = macro_f1_at(choice.threshold, many_normals, many_defects, 0.1)
        errors.append(choice.macro_f1 - truth)
        # Tails are taken for heavier than these, so the truth may be a little better than the best expected.
        inside += choice.interval[0] <= truth <= choice.interval[1] + 0.005
        best = max(macro_f1_at(t, many_normals, many_defects, 0.1) for t in np.linspace(0, gap + 2, 40))
        assert truth > best - 0.05, "the threshold costs little"
    assert abs(np.mean(errors)) < 0.015
    assert np.max(np.abs(errors)) < 0.06
    assert inside >= 18


def test_more_defects_to_expect_lower_the_threshold() -> None:
    rng = np.random.default_rng(4)
    normals, defects = rng.normal(0, 1, 500), rng.normal(4, 1, 30)
    rare, usual, often = (
        choose_threshold(normals, defects, p, rounds=10).threshold for p in (0.01, 0.1, 0.5)
    )
    assert rare > usual > often


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(5)
    normals, defects = rng.normal(0, 1, 100), rng.normal(4, 1, 30)
    assert choose_threshold(normals, defects, seed=1) == choose_threshold(normals, defects, seed=1)
    low, high = choose_threshold(normals, defects, seed=1).interval
    assert low <= high


@pytest.mark.parametrize(
    ("normals", "defects"),
    [
        pytest.param([0.0, 1.0, 2.0], [9.0], id="one defect"),
        pytest.param([1.0], [9.0, 8.0], id="one normal"),
        pytest.param([1.0] * 20, [9.0] * 5, id="all equal, apart"),
        pytest.param([1.0] * 20, [1.0] * 5, id="all equal, together"),
        pytest.param([5.0, 6.0, 7.0], [1.0, 2.0, 3.0], id="the wrong way round"),
        pytest.param(list(range(20)), list(range(20)), id="overlapping"),
    ],
)
def test_whatever_the_scores_there_is_a_threshold(normals: list[float], defects: list[float]) -> None:
    choice = choose_threshold(np.array(normals), np.array(defects), rounds=20)
    assert np.isfinite(choice.threshold)
    assert 0 <= choice.interval[0] <= choice.interval[1] <= 1
    assert 0 <= choice.missed <= 1
    assert 0 <= choice.alarms <= 1
    if min(defects) > max(normals):
        assert max(normals) < choice.threshold < min(defects)
        assert choice.macro_f1 > 0.9
    else:
        assert choice.macro_f1 < 0.8


def test_one_extreme_score_does_not_blunt_the_threshold() -> None:
    rng = np.random.default_rng(0)
    normals, defects = rng.normal(0, 1, 500), rng.normal(7, 1, 30)
    usual = choose_threshold(normals, defects)
    extreme = choose_threshold(normals, np.append(defects, 1e5))
    assert extreme.threshold == pytest.approx(usual.threshold, abs=0.5)


def test_an_unknown_share_of_defects_gets_a_threshold_that_serves_few_and_many() -> None:
    rng = np.random.default_rng(3)
    normals, defects = rng.normal(size=400), rng.normal(1.2, 1.0, 60)  # told apart badly

    def worst(prevalence: float | None) -> float:
        at = choose_threshold(normals, defects, prevalence).threshold
        return min(
            macro_f1_at(at, normals, defects, share)
            / macro_f1_at(choose_threshold(normals, defects, share).threshold, normals, defects, share)
            for share in (0.05, 0.1, 0.25, 0.45)
        )

    assert worst(None) > max(worst(0.02), worst(0.5)) + 0.02


def test_the_estimate_is_for_the_share_of_defects_that_it_names() -> None:
    rng = np.random.default_rng(4)
    normals, defects = rng.normal(size=400), rng.normal(3, 1.0, 60)
    choice = choose_threshold(normals, defects)
    assert 0.01 < choice.prevalence < 0.5
    expected = expected_macro_f1(np.array([choice.missed]), np.array([choice.alarms]), choice.prevalence)
    assert choice.macro_f1 == pytest.approx(expected[0])
    assert choice.interval[0] <= choice.macro_f1 <= choice.interval[1]


def test_the_share_of_normals_above_is_counted_up_to_the_tail_and_a_pareto_from_there() -> None:
    normals = np.arange(100.0)[::-1]
    start, slope = 89.1, 5.4  # the 90 % quantile, and how far the ten beyond it lie from it on average
    at = np.array([-1.0, 0.0, 50.0, 50.5, 89.05, 89.1, 100.0, 200.0, 1e6])
    # The mean of a generalised Pareto distribution is scale / (1 - shape).
    beyond = 0.1 * stats.genpareto(0.1, start, slope * 0.9).sf([100.0, 200.0])
    told = share_above(normals, at)
    np.testing.assert_allclose(told[:8], [1, 0.99, 0.49, 0.49, 0.1, 0.1, *beyond], rtol=1e-9)
    assert 0 < told[8] < 1e-40, "however far, never quite none"


def test_of_equal_normals_the_tail_is_as_short_as_can_be() -> None:
    told = share_above(np.ones(20), np.array([0.999, 1.0, 1.001]))
    np.testing.assert_allclose(told, [1.0, 0.1, 0.1 * stats.genpareto(0.1).sf(1)], rtol=1e-9)


@pytest.mark.parametrize(
    ("defects", "spread"),
    [
        pytest.param(np.arange(10.0), np.std(np.arange(10.0)), id="standard deviation"),
        pytest.param(np.array([0, 4, 5, 6, 40.0]), 2 / 1.34, id="quartiles, where some lie far out"),
        pytest.param(
            np.array([5, 5, 5, 5, 9.0]), 1.6, id="standard deviation, where the quartiles are equal"
        ),
    ],
)
def test_the_share_of_defects_below_is_that_of_a_mixture_by_silvermans_rule(
    defects: np.ndarray, spread: float
) -> None:
    width = 0.9 * spread / len(defects) ** 0.2
    at = np.array([-3.0, 4.5, 7.0])
    wanted = [stats.t(3, defects, width).cdf(each).mean() for each in at]
    np.testing.assert_allclose(share_below(np.sinh(defects), np.sinh(at)), wanted, atol=1e-9)


def test_how_far_the_highest_defects_lie_apart_does_not_blur_the_lowest() -> None:
    normals = np.random.default_rng(5).normal(size=1000)
    near = np.geomspace(12, 15, 15)
    narrow = np.concatenate([near, np.geomspace(15, 20, 15)])
    wide = np.concatenate([near, np.geomspace(15, 60, 15)])
    at = np.array([6.0])
    plain = stats.t(3, wide, 0.9 * wide.std() / 30**0.2).cdf(6.0).mean()  # on the scores' own scale
    assert share_below(wide, at)[0] < plain / 5
    chosen = [choose_threshold(normals, defects, rounds=20).threshold for defects in (narrow, wide)]
    assert min(chosen) > normals.max() + 1, "in the gap, not at the normals' end of it"


def test_of_equal_defects_the_mixture_is_as_narrow_as_can_be() -> None:
    told = share_below(np.sinh(np.full(3, 5.0)), np.sinh(np.array([4.999, 5.0, 5.001])))
    np.testing.assert_allclose(told, stats.t(3).cdf([-1, 0, 1]), atol=1e-9)


@pytest.mark.parametrize(("missed", "alarms"), [(10, 0), (0, 40), (7, 13), (150, 600)])
def test_the_expected_macro_f1_is_that_of_a_large_test(missed: int, alarms: int) -> None:
    truth = np.repeat([1, 0], [200, 800])
    answers = np.concatenate([np.arange(200) >= missed, np.arange(800) < alarms])
    told = expected_macro_f1(np.array([missed / 200]), np.array([alarms / 800]), 0.2)
    assert told[0] == pytest.approx(macro_f1(truth, answers))


@pytest.mark.parametrize("prevalence", [0.02, 0.2, 0.5])
def test_no_other_threshold_is_expected_to_do_better(prevalence: float) -> None:
    rng = np.random.default_rng(7)
    normals, defects = rng.normal(0, 1, 60), rng.normal(3, 1, 12)
    choice = choose_threshold(normals, defects, prevalence, rounds=2)
    grid = np.linspace(-1, 8, 3001)
    expected = expected_macro_f1(share_below(defects, grid), share_above(normals, grid), prevalence)
    assert choice.macro_f1 == pytest.approx(expected.max(), abs=2e-5)
    assert choice.prevalence == prevalence
    assert choice.missed == pytest.approx(share_below(defects, np.array([choice.threshold]))[0])
    assert choice.alarms == pytest.approx(share_above(normals, np.array([choice.threshold]))[0])


def test_where_nobody_knows_the_threshold_is_the_best_on_average_over_all_shares() -> None:
    rng = np.random.default_rng(8)
    normals, defects = rng.normal(0, 1, 60), rng.normal(2, 1, 12)
    choice = choose_threshold(normals, defects, rounds=2)
    assert choice.prevalence == pytest.approx(0.255)

    def mean(at: np.ndarray) -> np.ndarray:
        below, above = share_below(defects, at), share_above(normals, at)
        return np.mean([expected_macro_f1(below, above, share) for share in np.linspace(0.01, 0.5, 50)], 0)

    assert mean(np.array([choice.threshold]))[0] > mean(np.linspace(-1, 8, 2001)).max() - 3e-5


def test_the_interval_is_that_of_shares_which_were_counted() -> None:
    rng = np.random.default_rng(9)
    normals, defects = rng.normal(0, 1, 100), rng.normal(2, 1, 20)
    found = expect(normals, defects, 1.5, 0.2, rounds=20000, seed=1)
    at, again = np.array([1.5]), np.random.default_rng(2)
    missed, alarms = share_below(defects, at)[0], share_above(normals, at)[0]
    drawn = expected_macro_f1(
        stats.beta(20 * missed + 0.5, 20 * (1 - missed) + 0.5).rvs(20000, random_state=again),
        stats.beta(100 * alarms + 0.5, 100 * (1 - alarms) + 0.5).rvs(20000, random_state=again),
        0.2,
    )
    np.testing.assert_allclose(found.interval, np.quantile(drawn, (0.025, 0.975)), atol=0.003)
    assert found.interval != expect(normals, defects, 1.5, 0.2, rounds=20000, seed=2).interval
    assert found.threshold == 1.5


def test_thirty_defects_far_above_the_threshold_leave_open_whether_one_in_fifty_is_not() -> None:
    rng = np.random.default_rng(11)
    normals, defects = rng.normal(0, 1, 1000), rng.normal(60, 5, 30)
    found = choose_threshold(normals, defects, 0.25)
    assert found.macro_f1 > 0.9999
    one_in_fifty, none = np.array([0.02]), np.array([0.0])
    assert found.interval[0] < expected_macro_f1(one_in_fifty, none, 0.25)[0]
    assert found.interval[1] >= found.macro_f1, (
        "the estimate lies inside, at the end of what is possible, too"
    )
    many = choose_threshold(normals, rng.normal(60, 5, 600), 0.25)
    assert many.interval[0] > expected_macro_f1(one_in_fifty, none, 0.25)[0], "six hundred do not"


def test_four_thousand_draws_unless_told_and_integers_will_do() -> None:
    rng = np.random.default_rng(10)
    normals, defects = rng.integers(0, 40, 30), rng.integers(30, 60, 10)
    told = choose_threshold(normals, defects, 0.1)
    assert told == choose_threshold(normals.astype(float), defects.astype(float), 0.1, 4000, 0)
    assert told == expect(normals, defects, told.threshold, 0.1)
    assert told.interval != choose_threshold(normals, defects, 0.1, rounds=4001).interval
    again = choose_threshold(normals, defects, 0.1, seed=3)
    assert again == expect(normals, defects, told.threshold, 0.1, seed=3)
    assert again.interval != told.interval
