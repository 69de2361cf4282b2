from __future__ import annotations

import time

import numpy as np
import pytest

from gyeol.metrics import auroc, bootstrap_interval, macro_f1


@pytest.fixture(scope="module")
def answered():
    random = np.random.default_rng(0)
    truth = np.repeat([1, 0], [60, 540])
    return truth, np.where(random.random(600) < 0.06, 1 - truth, truth)


def test_the_short_cut_for_macro_f1_is_the_same_bootstrap(answered):
    truth, answers = answered
    fast = bootstrap_interval(macro_f1, truth, answers, n=20000)
    plain = bootstrap_interval(lambda first, second: macro_f1(first, second), truth, answers, n=3000)
    assert fast == pytest.approx(plain, abs=0.006)


def test_it_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(1)
    truth = np.repeat([1, 0], [100, 400])
    right = np.where(truth == 1, 0.85, 0.97)
    expected = macro_f1(
        np.repeat([1, 1, 0, 0], [8500, 1500, 38800, 1200]), np.repeat([1, 0, 0, 1], [8500, 1500, 38800, 1200])
    )
    covered = 0
    for draw in range(200):
        answers = np.where(random.random(500) < right, truth, 1 - truth)
        low, high = bootstrap_interval(macro_f1, truth, answers, n=300, seed=draw, level=0.9)
        covered += low <= expected <= high
    assert 0.82 < covered / 200 < 0.96


def test_both_classes_stay_in_every_resample():
    truth = np.array([1] + [0] * 50)
    scores = np.linspace(1, 0, 51)
    assert bootstrap_interval(auroc, truth, scores, n=50) == (1, 1)


def test_the_seed_and_the_level_count(answered):
    first = bootstrap_interval(macro_f1, *answered, seed=1)
    assert first == bootstrap_interval(macro_f1, *answered, seed=1)
    assert first != bootstrap_interval(macro_f1, *answered, seed=2)
    narrow = bootstrap_interval(macro_f1, *answered, seed=1, level=0.5)
    assert first[0] < narrow[0] < macro_f1(*answered) < narrow[1] < first[1]


def test_no_error_gives_no_width():
    assert bootstrap_interval(macro_f1, [0, 1, 1], [0, 1, 1]) == (1, 1)


def test_a_competition_takes_no_time():
    truth = np.repeat([1, 0], [2100, 7000])
    start = time.process_time()
    bootstrap_interval(macro_f1, truth, truth, n=1000)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("options", [{"n": 0}, {"level": 0}, {"level": 1}])
def test_senseless_options_are_refused(options):
    with pytest.raises(ValueError, match="must be"):
        bootstrap_interval(macro_f1, [0, 1], [0, 1], **options)


def test_shapes_that_differ_are_refused():
    for statistic in (macro_f1, lambda first, second: 0.0):
        with pytest.raises(ValueError, match="2 truths but 3"):
            bootstrap_interval(statistic, [0, 1], [0, 1, 1])


def test_one_resample_is_enough_to_ask_for(answered):
    low, high = bootstrap_interval(macro_f1, *answered, n=1)
    assert low == high < 1
