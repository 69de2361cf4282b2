"""Finding the kinds of texture among unlabelled images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.kinds.kinds import Kinds
from gyeol.kinds.split import split_cloud

SUBSAMPLE = 3000
LEAST = 20
"""A kind needs that many images, or 1 % of them if that is more."""


def fit_kinds(descriptors: NDArray[np.floating[Any]], seed: int = 0, most: int = 40) -> Kinds:
    """Find the kinds of texture; their number comes from the data.

    The cloud of standardised descriptors is split wherever a clear gap runs through it, and so are its parts:
    see :func:`gyeol.kinds.split.split_cloud`. One broad kind thus stays one. The groups found are then told
    apart by a linear discriminant with one shrunk covariance (Fisher, 1936), which assigns new images.

    Parameters
    ----------
    descriptors : ndarray of float, shape (N, D)
        Rows from :func:`gyeol.kinds.describe`, of normal images. At most :data:`SUBSAMPLE` are fitted on.
    seed : int
        Chooses the subsample and the first centres. The same seed and rows give the same kinds.
    most : int
        No more kinds than that.

    Returns
    -------
    Kinds
        At least one; the most frequent first.

    Raises
    ------
    ValueError
        If there are no rows, the shape is wrong, a number is not finite, or ``most`` is below 1.
    """
    if descriptors.ndim != 2 or len(descriptors) == 0:
        raise ValueError(f"descriptors of shape (N, D), N at least 1, are needed, not {descriptors.shape}")
    if not np.isfinite(descriptors).all():
        raise ValueError("a descriptor is not finite")
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")
    random = np.random.default_rng(seed)
    rows = descriptors.astype(np.float64)
    if len(rows) > SUBSAMPLE:
        rows = rows[np.sort(random.choice(len(rows), SUBSAMPLE, replace=False))]
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-6] = 1.0  # a number that never changes tells nothing apart
    standard = (rows - mean) / scale
    least = max(LEAST, len(rows) // 100)
    labels = split_cloud(standard, least=least, most=most, random=random)
    whitening = _whitening(standard, labels)
    white = np.stack(
        [(standard[labels == kind] @ whitening.T).mean(axis=0) for kind in range(max(labels) + 1)]
    )
    centres, spreads = _measure(standard, labels)
    return Kinds(
        mean.astype(np.float32),
        scale.astype(np.float32),
        whitening.astype(np.float32),
        white.astype(np.float32),
        centres.astype(np.float32),
        spreads.astype(np.float32),
        np.bincount(labels),
    )


def _whitening(standard: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Make the map, shape (D, D), after which the kinds are about round and of unit deviation."""
    within = standard.copy()
    for kind in range(labels.max() + 1):
        within[labels == kind] -= within[labels == kind].mean(axis=0)
    count, length = within.shape
    covariance = within.T @ within / count
    trust = count / (count + length)
    ball = np.eye(length) * (np.trace(covariance) / length + 1e-12)
    values, vectors = np.linalg.eigh(trust * covariance + (1 - trust) * ball)
    return np.asarray((vectors / np.sqrt(np.maximum(values, 1e-12))).T)


def _measure(
    standard: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measure the median and the deviation of each kind, both of shape (K, D), outliers left out."""
    low, centres, high = np.stack(
        [np.percentile(standard[labels == kind], [16, 50, 84], axis=0) for kind in range(labels.max() + 1)],
        axis=1,
    )
    spreads = (high - low) / 2
    # A number that one kind happens to hold nearly constant must not make every small change look foreign.
    floor = np.maximum(np.median(spreads, axis=0) / 3, 1e-3)
    return centres, np.maximum(spreads, floor)
