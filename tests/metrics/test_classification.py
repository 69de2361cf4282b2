from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from gyeol.metrics import (
    accuracy,
    auroc,
    average_precision,
    best_threshold,
    confusion,
    macro_f1,
    per_class,
)

bits = st.integers(0, 1)
pairs = st.lists(st.tuples(bits, bits), min_size=1, max_size=40).map(lambda rows: np.array(rows).T)
scored = (
    st.lists(
        st.tuples(bits, st.sampled_from([-3.0, 0.0, 0.1, 0.25, 0.5, 1.0, 7e300])), min_size=2, max_size=30
    )
    .map(lambda rows: np.array(rows).T)
    .filter(lambda rows: 0 < rows[0].sum() < len(rows[0]))
)


@given(pairs)
@settings(deadline=None)
def test_answers_agree_with_scikit_learn(rows):
    truth, answers = rows
    options = {"labels": [0, 1], "zero_division": 0}
    assert (confusion(truth, answers) == reference.confusion_matrix(truth, answers, labels=[0, 1])).all()
    assert macro_f1(truth, answers) == pytest.approx(
        reference.f1_score(truth, answers, average="macro", **options)
    )
    assert accuracy(truth, answers) == pytest.approx(reference.accuracy_score(truth, answers))
    expected = np.array(reference.precision_recall_fscore_support(truth, answers, **options)).T
    for scores, row in zip(per_class(truth, answers), expected, strict=True):
        assert (scores.precision, scores.recall, scores.f1, scores.support) == pytest.approx(tuple(row))


@given(scored)
@settings(deadline=None)
def test_ranking_agrees_with_scikit_learn(rows):
    truth, scores = rows
    assert auroc(truth, scores) == pytest.approx(reference.roc_auc_score(truth, scores), abs=1e-12)
    expected = reference.average_precision_score(truth, scores)
    assert average_precision(truth, scores) == pytest.approx(expected, abs=1e-12)


@given(scored)
@settings(deadline=None)
def test_the_best_threshold_is_the_best_of_all_and_reaches_what_it_says(rows):
    truth, scores = rows
    threshold, value = best_threshold(truth, scores)
    cuts = [*np.unique(scores), np.inf]
    assert value == pytest.approx(max(macro_f1(truth, scores >= cut) for cut in cuts))
    assert macro_f1(truth, scores >= threshold) == pytest.approx(value)
    assert np.isfinite(threshold)


def test_the_threshold_lies_in_the_middle_of_the_gap():
    assert best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9]) == (pytest.approx(0.4), 1.0)


def test_between_neighbouring_floats_the_threshold_still_parts_them():
    low = 0.3
    high = float(np.nextafter(low, 1))
    threshold, value = best_threshold([0, 1], [low, high])
    assert (threshold, value) == (high, 1.0)


def test_always_normal_is_accurate_but_no_good():
    truth = np.repeat([1, 0], [30, 6790])
    answers = np.zeros(6820, int)
    assert accuracy(truth, answers) == pytest.approx(0.9956, abs=1e-4)
    assert macro_f1(truth, answers) == pytest.approx(0.4989, abs=1e-4)


@pytest.mark.parametrize(
    ("truth", "answers", "message"),
    [
        ([0, 1], [0, 1, 1], "2 truths but 3"),
        ([], [], "at least 1"),
        ([0, 2], [0, 1], "truth must be 0 or 1"),
        ([0, 1], [0, np.nan], "answers must be 0 or 1"),
        ([[0, 1]], [[0, 1]], "shape"),
    ],
)
def test_what_is_no_answer_is_refused(truth, answers, message):
    with pytest.raises(ValueError, match=message):
        macro_f1(truth, answers)


@pytest.mark.parametrize("metric", [auroc, average_precision, best_threshold])
@pytest.mark.parametrize(
    ("truth", "scores", "message"),
    [
        ([0, 0], [0.1, 0.2], "all images are normal"),
        ([1, 1], [0.1, 0.2], "all images are defective"),
        ([0, 1], [0.1, np.nan], "not finite"),
        ([0, 1], [0.1], "2 truths"),
    ],
)
def test_what_cannot_be_ranked_is_refused(metric, truth, scores, message):
    with pytest.raises(ValueError, match=message):
        metric(truth, scores)


def test_importing_the_metrics_is_cheap():
    code = "import sys, gyeol.metrics; print([m for m in ('sklearn', 'scipy', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_between_scores_with_nothing_between_them_the_threshold_is_the_upper_one():
    below = 1.0
    above = float(np.nextafter(below, 2))
    threshold, value = best_threshold([0, 0, 1, 1], [below, below, above, above])
    assert (threshold, value) == (above, 1)
    assert best_threshold([0, 1], [1.0, 2.0]) == (1.5, 1)
