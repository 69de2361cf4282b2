from __future__ import annotations

import numpy as np
import pytest

from gyeol.kinds import UNFAMILIAR, describe, fit_kinds


def _purity(truth, labels):
    return sum(np.bincount(truth[labels == kind]).max() for kind in np.unique(labels)) / len(truth)


@pytest.mark.parametrize("count", [1, 2, 4, 10])
@pytest.mark.parametrize("seed", [0, 1])
def test_finds_the_number_of_kinds_and_names_each_image(described, count, seed):
    rows, truth = described(count, 40)
    kinds = fit_kinds(rows, seed=seed)
    assert kinds.count == count
    assert _purity(truth, kinds.assign(rows)) >= 0.98


CLOUDS = {
    "ball": lambda random, n: random.normal(size=(n, 60)),
    "line": lambda random, n: (
        random.normal(size=(n, 1)) @ random.normal(size=(1, 60)) + 0.3 * random.normal(size=(n, 60))
    ),
    "box": lambda random, n: (
        random.uniform(size=(n, 2)) @ random.normal(size=(2, 60)) + 0.03 * random.normal(size=(n, 60))
    ),
    "heavy tails": lambda random, n: (
        random.standard_t(3, size=(n, 5)) @ random.normal(size=(5, 60)) + 0.3 * random.normal(size=(n, 60))
    ),
    "one-sided": lambda random, n: (
        random.exponential(size=(n, 1)) @ random.normal(size=(1, 60)) + 0.3 * random.normal(size=(n, 60))
    ),
}


@pytest.mark.parametrize("n", [25, 300, 1500])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_one_cloud_of_whatever_shape_stays_one_kind(cloud, n):
    rows = CLOUDS[cloud](np.random.default_rng(5), n)
    assert fit_kinds(rows).count == 1


def test_the_most_frequent_kind_comes_first_and_a_rare_one_is_found(described):
    rows, truth = described(4, 40)
    keep = np.concatenate([np.flatnonzero(truth == kind)[:n] for kind, n in enumerate((22, 40, 30, 25))])
    kinds = fit_kinds(rows[keep])
    assert kinds.sizes.tolist() == [40, 30, 25, 22]
    assert (np.bincount(kinds.assign(rows[keep])) == kinds.sizes).all()


def test_a_handful_of_outliers_is_no_kind():
    random = np.random.default_rng(0)
    rows = np.concatenate([random.normal(size=(200, 40)), 30 + random.normal(size=(8, 40))])
    assert fit_kinds(rows).count == 1


def test_most_is_kept(described):
    assert fit_kinds(described(10, 40)[0], most=3).count == 3
    assert fit_kinds(described(4, 40)[0], most=1).count == 1


def test_the_same_seed_gives_the_same_bytes(described):
    rows, _ = described(4, 40)
    first, second = fit_kinds(rows, seed=3).to_arrays(), fit_kinds(rows, seed=3).to_arrays()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_more_rows_than_the_subsample_are_fine():
    random = np.random.default_rng(0)
    truth = np.repeat([0, 1], 2500)
    rows = random.normal(size=(5000, 30)) + 12 * truth[:, None]
    kinds = fit_kinds(rows)
    assert kinds.count == 2
    assert kinds.sizes.sum() == 3000
    assert _purity(truth, kinds.assign(rows)) == 1


def test_an_unknown_kind_is_far_and_a_new_image_of_a_known_kind_is_near(described, texture):
    rows, _ = described(4, 40)
    kinds = fit_kinds(rows)
    new = np.stack([describe(texture(kind, 500 + draw)) for kind in range(4) for draw in range(5)])
    foreign = np.stack([describe(texture(77, draw)) for draw in range(5)])
    assert np.quantile(kinds.distance(rows), 0.95) < UNFAMILIAR
    assert np.quantile(kinds.distance(new), 0.75) < UNFAMILIAR
    assert kinds.distance(foreign).min() > UNFAMILIAR


def test_constant_numbers_and_a_single_row_are_fine():
    rows = np.random.default_rng(0).normal(size=(50, 5))
    rows[:, 2] = 7
    assert np.isfinite(fit_kinds(rows).distance(rows)).all()
    one = fit_kinds(rows[:1])
    assert one.count == 1
    assert one.assign(rows[:1]).tolist() == [0]
    assert one.distance(rows[:1]) < 1e-3


@pytest.mark.parametrize(
    ("rows", "most"),
    [
        (np.zeros((0, 5)), 4),
        (np.zeros(5), 4),
        (np.array([[1.0, np.nan]]), 4),
        (np.zeros((3, 2)), 0),
    ],
)
def test_what_cannot_be_fitted_is_refused(rows, most):
    with pytest.raises(ValueError):
        fit_kinds(rows, most=most)
