"""Splits of the training images: what plugins learn from, and what they are tested with. No defect leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gyeol.data.dataset import Dataset
from gyeol.data.folds import grouped_folds
from gyeol.data.image import read_image
from gyeol.data.sources import piece_groups
from gyeol.errors import DataError

HELD_OUT = 0.15
"""Share of the normals that are not learnt from."""
HELD_OUT_MOST = 300


def split_normals(dataset: Dataset, seed: int) -> tuple[list[Path], list[Path]]:
    """Split the normal images into those learnt from and those held out, at random.

    Where one piece was photographed several times, its pictures may lie on both sides; for gyeol's own detector they do
    not (:mod:`gyeol.detect.held_out`), which takes reading all of them.

    Raises
    ------
    DataError
        If there are fewer than two.
    """
    paths = [image.path for image in dataset.normals]
    if len(paths) < 2:
        raise DataError(f"{dataset.root}: {len(paths)} normals; at least two are needed")
    order = np.random.default_rng([seed, 3]).permutation(len(paths))
    count = min(HELD_OUT_MOST, max(1, round(HELD_OUT * len(paths))))
    held = set(order[:count].tolist())
    return [p for n, p in enumerate(paths) if n not in held], [paths[n] for n in sorted(held)]


def fold_defects(dataset: Dataset, folds: int, seed: int) -> list[tuple[list[Path], list[Path]]]:
    """Split the defects, once for every fold, into those learnt from and those held out.

    Each defect is held out once. Copies of one picture, turned or mirrored ones too, and pictures of one piece are
    never on both sides.

    Raises
    ------
    DataError
        If the defects do not show two different pieces, or an image cannot be read.
    """
    paths = [image.path for image in dataset.defects]
    groups = piece_groups([read_image(path) for path in paths])
    different = len(set(groups.tolist()))
    if different < 2:
        raise DataError(
            f"{dataset.root}: {len(paths)} defect images show {different} piece; give two different ones"
        )
    fold_of = grouped_folds(groups, [0] * len(paths), min(folds, different), seed)
    return [
        (
            [path for path, fold in zip(paths, fold_of, strict=True) if fold != number],
            [path for path, fold in zip(paths, fold_of, strict=True) if fold == number],
        )
        for number in range(int(fold_of.max()) + 1)
    ]
