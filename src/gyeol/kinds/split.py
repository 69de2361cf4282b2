"""Splitting a point cloud, and its parts again, wherever a clear gap runs through it."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from gyeol.kinds.merge import merge_pieces

_COMPONENTS = 16
_PIECE = 12  # points that a piece should have on average; a group's covariance needs some


def split_cloud(
    points: NDArray[np.float64], least: int, most: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Split points into groups that are clearly apart.

    The points are standardised, projected to their leading principal components and cut into many more
    pieces than there can be groups (k-means). Pieces are joined again until a clear gap lies between all
    groups. Each group is then treated likewise by itself: what tells two similar groups apart may be lost
    among the leading components of a cloud of many groups, and shows among their own.

    Parameters
    ----------
    points : ndarray of float64, shape (N, D)
        The points, N at least 1.
    least : int
        No group has fewer points (unless there are fewer in all).
    most : int
        The most groups, at least 1.
    random : Generator
        Chooses the first centres.

    Returns
    -------
    ndarray of int64, shape (N,)
        The group of each point: 0 for those of the largest group, and so on.
    """
    done: list[NDArray[np.int64]] = []
    waiting = [np.arange(len(points))]
    while waiting:
        own = waiting.pop(0)
        room = most - len(done) - len(waiting)
        labels = _split_once(points[own], least, room, random)
        if labels.max() == 0:
            done.append(own)
        else:
            waiting += [own[labels == group] for group in range(labels.max() + 1)]
    result = np.empty(len(points), np.int64)
    for group, members in enumerate(sorted(done, key=lambda members: (-len(members), members[0]))):
        result[members] = group
    return result


def _split_once(
    points: NDArray[np.float64], least: int, most: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Split points by the gaps that show in their leading components."""
    if len(points) < 2 * least or most < 2:
        return np.zeros(len(points), np.int64)
    projected = _project(points)
    piece = _cut(projected, min(2 * most, len(points) // _PIECE), random)
    return merge_pieces(projected, piece, least=least, most=most)[piece]


def _project(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardise, and project to the leading principal components, shape (N, C)."""
    deviation = points.std(axis=0)
    standard = (points - points.mean(axis=0)) / np.where(deviation < 1e-6, 1.0, deviation)
    _, vectors = np.linalg.eigh(standard.T @ standard)
    return np.asarray(standard @ vectors[:, ::-1][:, :_COMPONENTS])


def _cut(projected: NDArray[np.float64], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Cut the points into at most ``count`` pieces, none of them empty; give each point's piece."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # empty pieces: the numbers are closed up below
        from scipy.cluster.vq import kmeans2  # here, because judging an exported model needs no SciPy

        _, piece = kmeans2(projected, count, iter=30, minit="++", rng=random)
    return np.unique(piece, return_inverse=True)[1].astype(np.int64)
