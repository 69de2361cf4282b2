"""Splitting images into folds that share no source image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gyeol.data.sources import canonical_hash, source_groups
from gyeol.errors import DataError

__all__ = ["canonical_hash", "grouped_folds", "source_groups"]


def grouped_folds(
    groups: Sequence[int] | NDArray[np.integer],
    strata: Sequence[object] | NDArray[np.generic],
    n_folds: int,
    seed: int = 0,
) -> NDArray[np.intp]:
    """Assign items to folds so that no group is in two folds and the strata are spread evenly.

    Parameters
    ----------
    groups : sequence of int, length n
        For example from :func:`~gyeol.data.sources.source_groups`.
    strata : sequence, length n
        Labels or kinds of the items; anything that can be hashed. With groups of one item each, the folds'
        counts of every stratum, and their sizes, differ by at most one.
    n_folds : int
        At least 2.
    seed : int
        Another seed gives another split; the same gives the same.

    Returns
    -------
    ndarray of intp, shape (n,)
        The fold of each item, 0 to n_folds - 1. No fold is empty.

    Raises
    ------
    DataError
        If there are fewer groups than folds.
    ValueError
        If the lengths differ, or n_folds is below 2.
    """
    if len(groups) != len(strata):
        raise ValueError(f"{len(groups)} groups but {len(strata)} strata")
    if n_folds < 2:
        raise ValueError(f"n_folds is {n_folds}; at least 2 are needed")
    group_of = np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    number: dict[object, int] = {}
    stratum_of = np.array(
        [number.setdefault(stratum, len(number)) for stratum in list(strata)], dtype=np.intp
    )
    n_groups = int(group_of.max()) + 1 if len(group_of) else 0
    if n_groups < n_folds:
        raise DataError(
            f"only {n_groups} different source images for {n_folds} folds; copies of one image count once: "
            f"add images or use fewer folds"
        )
    content = np.zeros((n_groups, len(number)), dtype=np.intp)
    np.add.at(content, (group_of, stratum_of), 1)
    return _fold_of_groups(content, n_folds, seed)[group_of]


def _fold_of_groups(content: NDArray[np.intp], n_folds: int, seed: int) -> NDArray[np.intp]:
    """Place groups, given how many items of each stratum they hold, large ones first."""
    shuffled = np.random.default_rng(seed).permutation(len(content))
    # Equal sizes stratum by stratum, so that what one stratum leaves uneven the next can even out.
    order = sorted(shuffled.tolist(), key=lambda group: (-content[group].sum(), content[group].argmax()))
    held = np.zeros((n_folds, content.shape[1]), dtype=np.intp)
    fold_of = np.empty(len(content), dtype=np.intp)
    for group in order:
        # An empty fold has least of everything, so it is always chosen before any other.
        fold = min(range(n_folds), key=lambda f: (int(held[f] @ content[group]), int(held[f].sum())))
        fold_of[group] = fold
        held[fold] += content[group]
    return fold_of
