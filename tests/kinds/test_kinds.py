from __future__ import annotations

import numpy as np
import pytest

from gyeol.kinds import Kinds, fit_kinds


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    return random.normal(size=(300, 12)) + 15 * random.integers(0, 3, size=(300, 1))


def test_storage_gives_the_same_answers(rows):
    kinds = fit_kinds(rows)
    arrays = {name: array.copy() for name, array in kinds.to_arrays().items()}
    again = Kinds.from_arrays({**arrays, "something else": np.zeros(3)})
    assert kinds.count == 3
    assert (again.assign(rows) == kinds.assign(rows)).all()
    assert (again.distance(rows) == kinds.distance(rows)).all()
    assert all(isinstance(array, np.ndarray) and array.dtype.kind in "fi" for array in arrays.values())


def test_no_images_are_fine(rows):
    kinds = fit_kinds(rows)
    assert kinds.assign(rows[:0]).shape == (0,)
    assert kinds.distance(rows[:0]).shape == (0,)


def test_distance_is_about_one_and_grows(rows):
    kinds = fit_kinds(rows)
    assert 0.7 < np.median(kinds.distance(rows)) < 1.3
    assert (kinds.distance(rows + 300) > 10).all()


@pytest.mark.parametrize("name", ["mean", "whitening", "white_centres", "spreads", "sizes"])
def test_missing_or_ill_fitting_arrays_are_refused(rows, name):
    arrays = fit_kinds(rows).to_arrays()
    with pytest.raises(ValueError, match=name):
        Kinds.from_arrays({key: value for key, value in arrays.items() if key != name})
    with pytest.raises(ValueError, match="kinds"):
        Kinds.from_arrays({**arrays, name: arrays[name][:-1]})
    with pytest.raises(ValueError, match="shape"):
        fit_kinds(rows).assign(rows[:, :-1])
