"""Finding the kinds of texture among unlabelled images."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from gyeol.kinds.kinds import Kinds
from gyeol.kinds.merge import merge_pieces

SUBSAMPLE = 3000
LEAST = 20  # a kind needs that many images, or 1 % of them if that is more
_COMPONENTS = 16


def fit_kinds(descriptors: NDArray[np.floating[Any]], seed: int = 0, most: int = 40) -> Kinds:
    """Find the kinds of texture; their number comes from the data.

    Standardised descriptors are projected to their leading components and cut into many more pieces than
    there can be kinds (k-means). Pieces are then joined again, the least separated pair first, until every
    two groups left have a clear gap between them and none is too small: see
    :func:`gyeol.kinds.merge.merge_pieces`. So one broad kind stays one, whatever its shape.

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
    components = _leading(standard)
    projected = standard @ components.T
    pieces, piece = _cut(projected, min(2 * most, len(rows) // LEAST), random)
    least = max(LEAST, len(rows) // 100)
    piece_kind = merge_pieces(projected, piece, len(pieces), least=least, most=most)
    centres, spreads = _measure(standard, piece_kind[piece])
    return Kinds(
        mean.astype(np.float32),
        scale.astype(np.float32),
        components.astype(np.float32),
        pieces.astype(np.float32),
        piece_kind,
        centres.astype(np.float32),
        spreads.astype(np.float32),
        np.bincount(piece_kind[piece]),
    )


def _leading(standard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the leading principal components, shape (C, D), each with its largest entry positive."""
    _, vectors = np.linalg.eigh(standard.T @ standard)
    components = vectors[:, ::-1][:, :_COMPONENTS].T
    largest = np.abs(components).argmax(axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return np.asarray(components * signs[:, None])


def _cut(
    projected: NDArray[np.float64], count: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cut the points into at most ``count`` pieces; give their means and each point's piece."""
    if count < 2:
        return projected.mean(axis=0, keepdims=True), np.zeros(len(projected), np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty piece is dropped below
        _, piece = kmeans2(projected, count, iter=30, minit="++", rng=random)
    used, piece = np.unique(piece, return_inverse=True)
    means = np.stack([projected[piece == index].mean(axis=0) for index in range(len(used))])
    return means, piece.astype(np.int64)


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
