from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gyeol.data.folds import canonical_hash, grouped_folds, source_groups
from gyeol.errors import DataError

items = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), min_size=2, max_size=60)


@settings(deadline=None)
@given(items=items, n_folds=st.integers(2, 6), seed=st.integers(0, 1000))
def test_no_group_is_in_two_folds_and_no_fold_is_empty(
    items: list[tuple[int, str]], n_folds: int, seed: int
) -> None:
    groups, strata = [group for group, _ in items], [stratum for _, stratum in items]
    if len(set(groups)) < n_folds:
        with pytest.raises(DataError, match="different source images"):
            grouped_folds(groups, strata, n_folds, seed)
        return
    folds = grouped_folds(groups, strata, n_folds, seed)
    assert set(folds.tolist()) == set(range(n_folds))
    assert len(set(zip(groups, folds.tolist(), strict=True))) == len(set(groups))
    np.testing.assert_array_equal(folds, grouped_folds(groups, strata, n_folds, seed))


@settings(deadline=None)
@given(strata=st.lists(st.sampled_from("abcd"), min_size=6, max_size=80), n_folds=st.integers(2, 6))
def test_strata_and_sizes_are_even_when_every_item_is_a_group(strata: list[str], n_folds: int) -> None:
    folds = grouped_folds(range(len(strata)), strata, n_folds)
    assert np.ptp(np.bincount(folds, minlength=n_folds)) <= 1
    for stratum in set(strata):
        chosen = folds[np.array(strata) == stratum]
        assert np.ptp(np.bincount(chosen, minlength=n_folds)) <= 1


def test_seed_changes_the_split() -> None:
    splits = {tuple(grouped_folds(range(30), [0] * 30, 5, seed).tolist()) for seed in range(5)}
    assert len(splits) == 5


def test_numpy_input_and_mistakes() -> None:
    folds = grouped_folds(np.arange(6), np.array([True, False] * 3), 3)
    assert folds.shape == (6,)
    with pytest.raises(ValueError, match="strata"):
        grouped_folds([1, 2], [0], 2)
    with pytest.raises(ValueError, match="at least 2"):
        grouped_folds([1, 2], [0, 0], 1)


def test_large_groups_are_placed_first_so_that_small_ones_can_even_them_out() -> None:
    groups = [0] * 4 + [1, 2, 3, 4]
    for seed in range(5):
        folds = grouped_folds(groups, [0] * 8, 2, seed)
        assert np.bincount(folds).tolist() == [4, 4]


@settings(deadline=None, max_examples=25)
@given(
    copies=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), min_size=4, max_size=14),
    kinds=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_no_source_is_in_two_folds_however_its_copies_are_turned(
    copies: list[tuple[int, int]], kinds: int, seed: int
) -> None:
    images = []
    for source, turn in copies:
        surface = np.random.default_rng(source).integers(0, 256, (64, 72), dtype=np.uint8)
        images.append(np.rot90(surface[:, ::-1] if turn > 3 else surface, turn))
    if len({source for source, _ in copies}) < 2:
        return
    # A copy may even have been given another kind than its source.
    folds = grouped_folds(source_groups(images), [n % kinds for n in range(len(images))], 2, seed)
    for groups in ([source for source, _ in copies], [canonical_hash(image) for image in images]):
        assert len(set(zip(groups, folds.tolist(), strict=True))) == len(set(groups))
