from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gyeol.detect.calibration import Calibration, calibrate

quick = settings(max_examples=40, deadline=None)
numbers = st.floats(-50, 50, allow_nan=False)


def scores(seed: int, counts: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(counts)), counts)
    return rng.normal(3.0 * kind, 1.0 + kind), kind


@quick
@given(st.lists(st.tuples(numbers, st.integers(0, 2)), min_size=1, max_size=40), numbers, numbers)
def test_a_higher_raw_score_is_never_a_lower_calibrated_one(
    rows: list[tuple[float, int]], low: float, high: float
) -> None:
    raw, kind = (np.array(column) for column in zip(*rows, strict=True))
    calibration = calibrate(raw, kind, 3)
    assert np.isfinite(calibration.centre).all()
    assert (calibration.scale >= 0.05).all()
    for number in range(3):
        below, above = calibration(np.array(sorted((low, high))), np.full(2, number))
        assert below <= above
        assert np.isfinite([below, above]).all()


@quick
@given(st.integers(0, 10**6), st.integers(0, 2), numbers, numbers)
def test_shifting_a_kind_and_its_normals_changes_nothing(
    seed: int, which: int, shift: float, raw_score: float
) -> None:
    raw, kind = scores(seed, (30, 8, 3))
    moved = raw + shift * (kind == which)
    before, after = calibrate(raw, kind, 3), calibrate(moved, kind, 3)
    for number in range(3):
        at = np.array([number])
        shifted = raw_score + shift * (number == which)
        np.testing.assert_allclose(
            before(np.array([raw_score]), at), after(np.array([shifted]), at), atol=1e-6
        )


@quick
@given(st.integers(0, 10**6), st.floats(0.5, 20), numbers)
def test_scaling_all_scores_changes_nothing(seed: int, factor: float, raw_score: float) -> None:
    raw, kind = scores(seed, (30, 8, 3))
    before, after = calibrate(raw, kind, 3), calibrate(factor * raw, kind, 3)
    at = np.arange(3)
    np.testing.assert_allclose(
        before(np.full(3, raw_score), at), after(np.full(3, factor * raw_score), at), rtol=1e-6, atol=1e-6
    )


def test_scaling_one_kind_with_many_normals_changes_little() -> None:
    raw, kind = scores(0, (3000, 3000))
    stretched = np.where(kind == 1, 4 * raw, raw)
    before, after = calibrate(raw, kind, 2), calibrate(stretched, kind, 2)
    ones = np.ones(3, np.int64)
    probe = np.array([0.0, 5.0, 20.0])
    np.testing.assert_allclose(before(probe, ones), after(4 * probe, ones), rtol=0.03, atol=0.03)


def test_a_normal_is_zero_and_the_95_percent_quantile_a_gaussians() -> None:
    raw, kind = scores(1, (4000, 2000))
    calibrated = calibrate(raw, kind, 2)(raw, kind)
    for number in range(2):
        own = calibrated[kind == number]
        assert np.median(own) == pytest.approx(0, abs=1e-9)
        assert np.quantile(own, 0.95) == pytest.approx(1.645, rel=0.03)


def test_a_kind_with_few_normals_leans_on_the_others() -> None:
    rng = np.random.default_rng(2)
    raw = np.concatenate([rng.normal(0, 1, 1000), [10.0, 10.0001]])
    kind = np.r_[np.zeros(1000, int), 1, 1]
    calibration = calibrate(raw, kind, 3)
    assert calibration.centre[1] == pytest.approx(10, abs=0.01)
    assert calibration.scale[1] == pytest.approx(1, rel=0.15), (
        "two equal scores do not make a scale of nothing"
    )
    assert calibration.centre[2] == pytest.approx(float(np.median(raw))), "a kind without normals"
    assert calibration.scale[2] == pytest.approx(1, rel=0.1)


def test_constant_scores_and_a_single_normal_give_a_scale() -> None:
    for raw in (np.full(50, 2.0), np.array([2.0])):
        calibration = calibrate(raw, np.zeros(len(raw), int), 1)
        assert calibration.centre[0] == 2
        assert calibration.scale[0] == 0.05


def test_each_image_is_calibrated_by_its_own_kind() -> None:
    calibration = Calibration(np.array([0.0, 10.0]), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(calibration(np.array([3.0, 14.0, 1.0]), np.array([0, 1, 0])), [3, 2, 1])
