"""Joining pieces of a point cloud until a clear gap lies between every two groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEPARATION = 5.0
"""Two groups are apart when so many deviations lie between their means, along the line that parts them best.

At 5, two bell curves cut in the middle have 0.6 % on the wrong side. The halves of one bell curve reach 2.6
and those of a box 3.5, so what k-means cut apart inside one cloud stays far below.
"""


def merge_pieces(
    points: NDArray[np.float64], piece: NDArray[np.int64], least: int, most: int
) -> NDArray[np.int64]:
    """Join pieces, the least separated pair first, while a pair is not clearly apart.

    The separation of two groups is Ashman's D (Ashman, Bird and Zepf, 1994) of their points projected on the
    line that separates them best (Fisher's discriminant, with a covariance shrunk the more the fewer points
    there are): the distance of the means over the root mean square of the two deviations.

    Parameters
    ----------
    points : ndarray of float64, shape (N, C)
        The points.
    piece : ndarray of int64, shape (N,)
        The piece, 0 to P - 1, of each point. No piece is empty.
    least : int
        Groups with fewer points are joined to the group that they are least separated from, however far.
    most : int
        Joining goes on until there are no more groups than that.

    Returns
    -------
    ndarray of int64, shape (P,)
        The group of each piece, 0, 1, 2, ..., the one with most points first.
    """
    count = int(piece.max()) + 1
    groups = _Groups(points, piece, count)
    while len(groups.alive) > 1:
        first, second, separation = groups.closest(least)
        small = min(groups.size[first], groups.size[second]) < least
        if separation >= SEPARATION and not small and len(groups.alive) <= most:
            break
        groups.join(first, second)
    order = sorted(groups.alive, key=lambda group: (-groups.size[group], group))
    result = np.empty(count, np.int64)
    for kind, group in enumerate(order):
        result[groups.member == group] = kind
    return result


class _Groups:
    """Sizes, means and covariances of groups of pieces, which is all that joining needs."""

    def __init__(self, points: NDArray[np.float64], piece: NDArray[np.int64], count: int) -> None:
        self.alive = list(range(count))
        self.member = np.arange(count)
        self.size = np.bincount(piece, minlength=count).astype(np.float64)
        self.mean = np.stack([points[piece == index].mean(axis=0) for index in range(count)])
        deviations = [points[piece == index] - self.mean[index] for index in range(count)]
        self.scatter = np.stack([deviation.T @ deviation for deviation in deviations])
        self.separation = np.full((count, count), np.inf)
        for group in range(count):
            self._measure(group)

    def closest(self, least: int) -> tuple[int, int, float]:
        """Find the least separated pair; while a group is too small, one with such a group in it."""
        small = [group for group in self.alive if self.size[group] < least]
        rows = np.array(small or self.alive)
        flat = int(self.separation[rows].argmin())
        first, second = int(rows[flat // len(self.size)]), flat % len(self.size)
        return first, second, float(self.separation[first, second])

    def join(self, first: int, second: int) -> None:
        """Put the second group into the first."""
        total = self.size[first] + self.size[second]
        gap = self.mean[second] - self.mean[first]
        self.scatter[first] += self.scatter[second]
        self.scatter[first] += np.outer(gap, gap) * (self.size[first] * self.size[second] / total)
        self.mean[first] += gap * (self.size[second] / total)
        self.size[first] = total
        self.member[self.member == second] = first
        self.alive.remove(second)
        self.separation[second, :] = self.separation[:, second] = np.inf
        self._measure(first)

    def _measure(self, group: int) -> None:
        """Measure the separation of one group from all others, along Fisher's direction for each pair."""
        others = np.array([other for other in self.alive if other != group], dtype=np.int64)
        if not len(others):
            return
        gaps = self.mean[others] - self.mean[group]
        size = self.size[others] + self.size[group]
        within = (self.scatter[others] + self.scatter[group]) / size[:, None, None]
        dimension = gaps.shape[1]
        # The fewer points, the more the covariance is pulled towards a ball, or the direction that fits best
        # would separate any two handfuls of points.
        ridge = within.trace(axis1=1, axis2=2) / size + 1e-12
        shrunk = within + ridge[:, None, None] * np.eye(dimension)
        lines = np.linalg.solve(shrunk, gaps[:, :, None])[:, :, 0]
        lengths = (lines * gaps).sum(axis=1)
        own = np.einsum("oi,ij,oj->o", lines, self.scatter[group], lines) / self.size[group]
        theirs = np.einsum("oi,oij,oj->o", lines, self.scatter[others], lines) / self.size[others]
        separation = lengths / np.sqrt(np.maximum((own + theirs) / 2, 1e-18))
        self.separation[group, others] = self.separation[others, group] = separation
