"""The ids of images: short where file names are unique, with their folders where they are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gyeol.data.dataset import Dataset
from gyeol.data.listing import key
from gyeol.data.prediction import submission_rows
from gyeol.errors import DataError
from gyeol.files import printable


def unique_names(paths: Sequence[Path], root: Path) -> list[str]:
    """Give each image an id that can also be a file name.

    Parameters
    ----------
    paths : sequence of Path
        The images.
    root : Path
        The folder that holds them all.

    Returns
    -------
    list of str
        The file names without extension, if no two are equal. Else, for all, the folders below ``root`` and the
        name, joined by ``_``, without those folders that are the same for all: ``crack_000`` of
        ``test/crack/000.png``.

    Raises
    ------
    DataError
        If that leaves two equal.
    """
    short = [path.stem for path in paths]
    if not _twice(short):
        return short
    parts = [_below(path, root).parts[:-1] for path in paths]
    depth = min(map(len, parts))
    same = {level for level in range(depth) if len({folders[level] for folders in parts}) == 1}
    long = [
        "_".join([*(part for level, part in enumerate(folders) if level not in same), path.stem])
        for folders, path in zip(parts, paths, strict=True)
    ]
    twice = _twice(long)
    if twice:
        one, other = (paths[place] for place, name in enumerate(long) if key(name) == twice)
        raise DataError(
            f"{printable(one)}: {printable(other)} would have the same id, {printable(twice)}; rename one"
        )
    return long


def test_rows(dataset: Dataset) -> list[tuple[str, Path]]:
    """Say which image is which row of the submission: id and file, in the order of the rows.

    Raises
    ------
    DataError
        As :func:`gyeol.data.prediction.submission_rows` and :func:`unique_names`.
    """
    if dataset.sample_submission is not None:
        return submission_rows(dataset.test, dataset.sample_submission)
    return list(zip(unique_names(dataset.test, dataset.root), dataset.test, strict=True))


def _below(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else Path(path.name)


def _twice(names: list[str]) -> str | None:
    """Find the first name that occurs more than once."""
    counts = Counter(map(key, names))
    return next((name for name, count in counts.items() if count > 1), None)
