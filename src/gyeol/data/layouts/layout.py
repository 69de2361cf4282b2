"""What a layout is, and what all of them share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gyeol.data.dataset import Dataset
from gyeol.data.listing import list_images
from gyeol.errors import DataError
from gyeol.files import printable

_DEPTH = 8
"""Folders below the one that was given; deeper, a link that leads back up would never end."""


@dataclass(frozen=True)
class Look:
    """How far a folder looks like a layout.

    Parameters
    ----------
    found : int
        How many of the layout's parts are there.
    lacking : str
        What keeps it from being in the layout, in words that can follow "but"; empty if nothing does.
    """

    found: int
    lacking: str = ""

    @property
    def matches(self) -> bool:
        """Whether the folder is in the layout."""
        return not self.lacking


@dataclass(frozen=True)
class Layout:
    """One layout.

    Parameters
    ----------
    name : str
        What ``--layout`` takes.
    title : str
        What people call it.
    form : str
        Its files in one line.
    look : callable
        Looks at names only, and never raises for what it finds.
    read : callable
        Makes the dataset, or raises DataError with one line.
    """

    name: str
    title: str
    form: str
    look: Callable[[Path], Look]
    read: Callable[[Path], Dataset]


def subfolders(folder: Path) -> list[Path]:
    """List the folders in a folder, sorted by name, without hidden ones and ``__MACOSX``.

    Raises
    ------
    DataError
        If the folder cannot be read.
    """
    try:
        return sorted(
            path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__MACOSX"))
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{printable(folder)}: cannot be read ({reason}); check name and rights") from error


def child(folder: Path, name: str) -> Path:
    """Find a part of a folder by its name in any case (``Train`` is ``train``); the exact name comes first."""
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    with os.scandir(folder) as entries:
        found = sorted(entry.name for entry in entries if entry.name.lower() == name.lower())
    return folder / found[0] if found else exact


def images_below(folder: Path) -> list[Path]:
    """List the images of a folder and of all folders in it, sorted by path."""
    return sorted(path for each in walk(folder) for path in list_images(each))


def walk(folder: Path) -> Iterator[Path]:
    """Yield a folder and all folders in it, without hidden ones and ``__MACOSX``."""
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        yield here
        if depth < _DEPTH:
            waiting += [(each, depth + 1) for each in subfolders(here)]


def require_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises
    ------
    DataError
    """
    if not folder.exists():
        raise DataError(f"{printable(folder)}: no such folder; give the folder of the data")
    if not folder.is_dir():
        raise DataError(f"{printable(folder)}: a file; give the folder of the data")
