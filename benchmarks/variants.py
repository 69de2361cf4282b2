"""Smaller or altered copies of a data folder, made of links."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
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
    test: int | None = None,
) -> None:
    """Make a folder with a part of the images.

    Parameters
    ----------
    defects, normals : int or None
        How many to keep; all if None. Defects are kept by turns of their kinds.
    masks : bool
        Whether masks are kept.
    without : str or None
        A kind whose defects are left out.
    test : int or None
        How many test images to keep, the first ones of the key; all if None.
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
        if test is None:
            for part in ("test", "key"):
                (root / part).symlink_to((data / part).resolve())
        else:
            _link_test(data, root, test)


def _link_test(data: Path, root: Path, most: int) -> None:
    (root / "test/images").mkdir(parents=True)
    (root / "key").mkdir()
    for table in ("test/sample_submission.csv", "key/answers.csv"):
        with (data / table).open(encoding="utf-8") as stream:
            lines = stream.readlines()[: most + 1]
        (root / table).write_text("".join(lines), encoding="utf-8")
    for name in read_key(root):
        _link(data / "test/images" / name, root / "test/images")


def resized(data: Path, folder: Path, side: int) -> None:
    """Make a folder of the same images, each `side` pixels wide and high; masks, too, but the key's.

    Smaller ones are averages, as a coarser camera sees; larger ones are interpolated and show nothing new.
    """
    if folder.exists():
        return
    with atomic_directory(folder) as root:
        for place in ("train/defect_images", "train/defect_masks", "train/normal_images", "test/images"):
            (root / place).mkdir(parents=True)
            for path in sorted((data / place).iterdir()):
                pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
                how = cv2.INTER_AREA if side < min(pixels.shape) else cv2.INTER_CUBIC
                if place.endswith("masks"):
                    how = cv2.INTER_NEAREST
                cv2.imwrite(
                    str(root / place / path.name), cv2.resize(pixels, (side, side), interpolation=how)
                )
        _link(data / "test/sample_submission.csv", root / "test")
        (root / "key").mkdir()
        for table in ("answers.csv", "train_kinds.csv"):
            _link(data / "key" / table, root / "key")


def _link(source: Path, folder: Path) -> None:
    (folder / source.name).symlink_to(source.resolve())
