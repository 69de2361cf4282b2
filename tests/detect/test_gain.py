"""What a model gains over its folds' networks is told by defects that both have learnt, and raises the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gyeol.detect.gain import gain_of, raised


def row(defect: int, calibrated: float, learnt: bool, fold: int = 0) -> dict[str, Any]:
    return {"defect": defect, "fold": fold, "kind": 0, "calibrated": calibrated, "learnt": learnt}


def test_the_gain_is_that_of_defects_which_both_have_learnt() -> None:
    rows = [row(0, 10.0, True), row(1, 20.0, True), row(2, 8.0, True), row(3, 1.0, False)]
    own = np.array([13.0, 26.0, 10.4, 1000.0])  # the last was not learnt by the fold: it tells nothing
    gain = gain_of(rows, own)
    assert np.exp(gain) == pytest.approx(1.3, abs=0.005)
    (unseen,) = raised(rows, gain)
    assert unseen == {
        "defect": 3,
        "fold": 0,
        "kind": 0,
        "calibrated": pytest.approx(np.sinh(np.arcsinh(1) + gain)),
    }


def test_of_many_folds_one_odd_defect_does_not_count() -> None:
    rows = [row(defect, 10.0, fold != defect, fold) for fold in range(3) for defect in range(3)]
    assert gain_of(rows, np.array([15.0, 15.0, 900.0])) == pytest.approx(np.arcsinh(15) - np.arcsinh(10))
    assert [(each["defect"], each["fold"]) for each in raised(rows, 0.0)] == [(0, 0), (1, 1), (2, 2)]
    assert [each["calibrated"] for each in raised(rows, 0.0)] == pytest.approx([10.0] * 3)


def test_without_a_defect_that_both_have_learnt_nothing_is_raised() -> None:
    rows = [row(0, -0.5, False)]
    assert gain_of(rows, np.array([9.0])) == 0
    assert raised(rows, 0.0)[0]["calibrated"] == pytest.approx(-0.5)


def test_far_above_normals_it_multiplies_and_among_them_it_shifts() -> None:
    high, low = (
        each["calibrated"] for each in raised([row(0, 40.0, False), row(1, 0.0, False)], np.log(1.5))
    )
    assert high == pytest.approx(60, rel=0.001)
    assert low == pytest.approx(0.417, abs=0.001)
