"""Smaller or altered copies of a data folder, made of links."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from gyeol.files import atomic_directory


def read_key(data: Path) -> dict[str, dict[str, str]]:
    """Read the answers of the test images by name."""
    with (data / "key/answers.csv").open(encoding="utf-8") as stream:
        return {row["ImageId"]: row for row in csv.DictReader(stream)}


def train_kinds(data: Path) -> dict[str, str]:
    """Read the kinds of the training images by name."""
    with (data / "key/train_kinds.csv").open(encoding="utf-8") as stream:
        return {row["ImageId"]: row["kind"] for row in csv.DictReader(stream)}


def subset(
    data: Path,
    folder: Path,
    *,
    defects: int | None = None,
    normals: int | None = None,
    masks: bool = True,
    without: str | None = None,
) -> None:
    """Make a folder with a part of the training images; the test and the key are the same.

    Parameters
    ----------
    defects, normals : int or None
        How many to keep; all if None. Defects are kept by turns of their kinds.
    masks : bool
        Whether masks are kept.
    without : str or None
        A kind whose defects are left out.
    """
    if folder.exists():
        return
    kinds = train_kinds(data)
    bad = sorted((data / "train/defect_images").iterdir())
    good = sorted((data / "train/normal_images").iterdir())
    bad = [path for path in bad if kinds[path.name] != without]
    seen: dict[str, int] = {}
    turn = {}
    for path in bad:
        turn[path] = seen[kinds[path.name]] = seen.get(kinds[path.name], 0) + 1
    bad = sorted(bad, key=lambda path: (turn[path], path.name))[:defects]
    order = np.random.default_rng(0).permutation(len(good))[: normals or len(good)]
    with atomic_directory(folder) as root:
        for place in ("train/defect_images", "train/defect_masks", "train/normal_images"):
            (root / place).mkdir(parents=True)
        for path in bad:
            _link(path, root / "train/defect_images")
            if masks:
                _link(data / "train/defect_masks" / path.name, root / "train/defect_masks")
        for number in order:
            _link(good[number], root / "train/normal_images")
        for part in ("test", "key"):
            (root / part).symlink_to((data / part).resolve())


def _link(source: Path, folder: Path) -> None:
    (folder / source.name).symlink_to(source.resolve())
