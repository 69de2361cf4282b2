"""What detectors that learn from normals alone have in common: the defects serve only to set the threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.baselines.images import Picture
from gyeol.data.dataset import Dataset
from gyeol.detect.threshold import choose_threshold
from gyeol.errors import DataError

HELD_OUT = 0.15
"""Share of the normals that are not learnt from, for the threshold."""
HELD_OUT_MOST = 300


def split_normals(dataset: Dataset, seed: int) -> tuple[list[Path], list[Path]]:
    """Split the normal images into those learnt from and those held out.

    Raises
    ------
    DataError
        If there are fewer than two.
    """
    paths = [image.path for image in dataset.train if not image.defective]
    if len(paths) < 2:
        raise DataError(f"{dataset.root}: {len(paths)} normals; at least two are needed")
    order = np.random.default_rng([seed, 3]).permutation(len(paths))
    count = min(HELD_OUT_MOST, max(1, round(HELD_OUT * len(paths))))
    held = set(order[:count].tolist())
    return [p for n, p in enumerate(paths) if n not in held], [paths[n] for n in sorted(held)]


def threshold_for(
    score: Callable[[Iterable[Picture]], NDArray[np.float64]], dataset: Dataset, held_out: Sequence[Path]
) -> float:
    """Choose the threshold from the held-out normals and all defects, none of which was learnt from.

    Raises
    ------
    DataError
        If there are no defects.
    """
    defects = [image.path for image in dataset.train if image.defective]
    if not defects:
        raise DataError(f"{dataset.root}: no defects; the threshold needs some")
    return choose_threshold(score(held_out), score(defects)).threshold
