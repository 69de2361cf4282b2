"""The competition's layout, and how its folders are looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gyeol.data.competition import find_root, read_competition
from gyeol.data.dataset import Dataset
from gyeol.data.key import read_key
from gyeol.data.layouts.layout import Layout, Look
from gyeol.data.names import test_rows
from gyeol.errors import DataError


def _look(folder: Path) -> Look:
    try:
        root = find_root(folder)
    except DataError:
        return Look(0, "no folder train")
    parts = [root / "train" / part for part in ("defect_images", "normal_images")]
    found = [part.is_dir() for part in parts]
    if any(found):  # half of it is enough to say exactly what the other half is
        return Look(1 + sum(found))
    return Look(1, "no train/defect_images and no train/normal_images")


def read_with_key(folder: Path) -> Dataset:
    """Read a competition folder with its ``key``, where it has one as the sample generator writes it.

    The key is left alone in everything but converting: an unfinished one must not keep anybody from training.

    Raises
    ------
    DataError
        As :func:`gyeol.data.competition.read_competition` and :func:`gyeol.data.key.read_key`.
    """
    dataset = read_competition(folder)
    if not dataset.test or not (dataset.root / "key" / "answers.csv").is_file():
        return dataset
    rows = test_rows(dataset)
    key = read_key(dataset.root / "key", rows)
    return replace(dataset, test=tuple(path for _, path in rows), key=key)


LAYOUT = Layout(
    name="competition",
    title="the competition's",
    form="train/{defect_images,defect_masks,normal_images}, test/images",
    look=_look,
    read=read_competition,
)
