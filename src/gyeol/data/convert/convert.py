"""From a dataset to a folder in another layout, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gyeol.data.convert import coco, competition, manifest, mvtec
from gyeol.data.convert.place import Placer
from gyeol.data.dataset import Dataset
from gyeol.errors import OutputError
from gyeol.files import atomic_directory, printable, require_empty

WRITERS: dict[str, Callable[[Dataset, Path, Placer], None]] = {
    "competition": competition.write,
    "manifest": manifest.write,
    "mvtec": mvtec.write,
    "coco": coco.write,
}
"""What can be written, by the layout's name."""


def check_output(output: Path, root: Path) -> None:
    """Refuse a place that :func:`convert` cannot write to, before the work of drawing a split.

    Raises
    ------
    OutputError
        If it holds something, or lies inside the data folder.
    """
    require_empty(output, "the converted data")
    if output.resolve().is_relative_to(root.resolve()):
        raise OutputError(
            f"{printable(output)} lies inside the data folder, where it would be read as data; give another place"
        )


def convert(dataset: Dataset, output: Path, to: str = "competition", link: bool = False) -> None:
    """Write a dataset in another layout.

    Images and masks are copied byte for byte, or linked; only masks that are shapes become files anew. An image's name
    stays where it is unique in its part, and gets its folders' names where it is not.

    Parameters
    ----------
    dataset : Dataset
    output : Path
        Must not exist, or be an empty folder, and not lie inside the data folder. It appears only when it is complete.
    to : str
        One of :data:`WRITERS`.
    link : bool
        Make links to the originals instead of copies.

    Raises
    ------
    DataError
        If a file cannot be read, or the dataset cannot be written in that layout.
    OutputError
        If ``output`` holds something, lies inside the data folder, or cannot be written.
    """
    check_output(output, dataset.root)
    with atomic_directory(output) as folder:
        WRITERS[to](dataset, folder, Placer(link))
