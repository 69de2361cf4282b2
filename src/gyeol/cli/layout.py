"""The option that names a data folder's layout, and the key that a layout brings along."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import click

from gyeol.data.convert.competition import write_key
from gyeol.data.convert.place import Placer
from gyeol.data.dataset import Dataset
from gyeol.data.layouts import LAYOUTS
from gyeol.errors import DataError, OutputError
from gyeol.files import printable

option = click.option(
    "--layout",
    type=click.Choice(list(LAYOUTS)),
    help="The folder's layout, if it is not to be found by look.",
)


def require_test(dataset: Dataset, data: Path) -> None:
    """Refuse a folder without images to be judged, before anything is learnt from it.

    Raises
    ------
    DataError
    """
    if not dataset.test:
        split = (
            f"split it with: gyeol convert {shlex.quote(str(data))} -o NEW"
            if not dataset.split
            else "add some"
        )
        raise DataError(f"{printable(dataset.root)}: no test images; {split}, or use gyeol train")


def key_of_layout(dataset: Dataset, folder: Path) -> Path | None:
    """Write the labels that a layout has of its test images as a key, with links to the masks.

    Parameters
    ----------
    dataset : Dataset
    folder : Path
        Gets ``answers.csv`` and ``masks``; those of an earlier run are replaced.

    Returns
    -------
    Path or None
        ``answers.csv``; None if there are no labels, or only of one class, so that there is nothing to compare.

    Raises
    ------
    DataError
        If a mask cannot be read.
    OutputError
        If it cannot be written.
    """
    if {image.defective for image in dataset.key} != {True, False}:
        return None
    shutil.rmtree(folder / "masks", ignore_errors=True)
    try:
        write_key(dataset, folder, Placer(link=True))
    except OSError as error:
        raise OutputError(
            f"cannot write {printable(folder)}: {printable(error.strerror or error)}; choose another place"
        ) from error
    return folder / "answers.csv"
