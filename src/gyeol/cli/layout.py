"""The option that names a data folder's layout, and the key that a layout brings along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gyeol.data.dataset import Dataset
from gyeol.data.key import write_answers
from gyeol.data.layouts import LAYOUTS
from gyeol.data.names import test_rows

option = click.option(
    "--layout",
    type=click.Choice(list(LAYOUTS)),
    help="The folder's layout, if it is not to be found by look.",
)


def key_of_layout(dataset: Dataset, folder: Path) -> Path | None:
    """Write the labels that a layout has of its test images as a key; None if there are none to compare with.

    Parameters
    ----------
    dataset : Dataset
    folder : Path
        Gets ``answers.csv``.

    Returns
    -------
    Path or None
        The file.
    """
    if not _both(dataset):
        return None
    file = folder / "answers.csv"
    write_answers(file, [name for name, _ in test_rows(dataset)], dataset.key)
    return file


def _both(dataset: Dataset) -> bool:
    """Tell whether the key has defects and normals, without which there is nothing to compare."""
    labels: Sequence[bool] = [image.defective for image in dataset.key]
    return any(labels) and not all(labels)
