"""Finding images that are there more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

ALIKE = 0.45
"""Signatures with a greater dot product are of the same picture. Chance reaches 0.05 in root mean square."""

_BLOCK = 1024


def equal_groups(hashes: Sequence[str]) -> list[list[int]]:
    """Group the places of equal hashes; only groups of two or more, each in rising order."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(hashes):
        places[value].append(place)
    return [group for group in places.values() if len(group) > 1]


def alike_groups(signatures: NDArray[np.floating[Any]], threshold: float = ALIKE) -> list[list[int]]:
    """Group the places of signatures that are of the same picture.

    Every signature is compared with every other: 16,000 take some 5 seconds of one core.

    Parameters
    ----------
    signatures : ndarray of float, shape (N, S)
        Rows from :func:`gyeol.data.signature.signature`.
    threshold : float
        The dot product above which two are linked. What is linked over others is in one group.

    Returns
    -------
    list of list of int
        Only groups of two or more, each in rising order.
    """
    count = len(signatures)
    if count < 2:
        return []
    rows = signatures.astype(np.float32)
    links = [np.zeros((0, 2), np.int64)]
    # On a busy machine, threads that wait for each other take many times longer than one thread alone.
    with threadpool_limits(1):
        for start in range(0, count, _BLOCK):
            for other in range(start, count, _BLOCK):
                products = rows[start : start + _BLOCK] @ rows[other : other + _BLOCK].T
                pairs = np.argwhere(products > threshold) + np.array([start, other])
                links.append(pairs[pairs[:, 0] < pairs[:, 1]])
    pairs = np.concatenate(links)
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    sizes = np.bincount(labels)
    groups: dict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(sizes[labels] > 1):
        groups[int(labels[place])].append(int(place))
    return list(groups.values())
