"""The folders that the page may open: those on the list and what is below them, by no trick any other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gyeol.data.listing import list_images
from gyeol.errors import DataError

_MOST = 500
"""Subfolders that are listed; a deep tree must not keep the server busy."""
_DEPTH = 4


class Allowed:
    """A list of folders.

    Parameters
    ----------
    roots : sequence of Path
        Each must be there.

    Raises
    ------
    DataError
        If one is no folder.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        for root in roots:
            if not root.is_dir():
                raise DataError(f"{root}: no such folder; give a folder of images")
        self.roots = tuple(root.resolve() for root in roots)

    def folder(self, name: str) -> Path:
        """Find a folder that somebody names from outside.

        Parameters
        ----------
        name : str
            An absolute path.

        Raises
        ------
        DataError
            If it is not on the list, leads out of it by ``..`` or a link, or is no folder. Which of these is not said:
            that would tell what there is on the disk.
        """
        refusal = DataError("this folder is not on the server's list; start it with --folder to add one")
        try:
            path = Path(name)
            if not path.is_absolute():
                raise refusal
            path = path.resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as error:  # a null character, a loop of links
            raise refusal from error
        if not path.is_dir() or not any(path.is_relative_to(root) for root in self.roots):
            raise refusal
        return path

    def contains(self, path: Path) -> bool:
        """Say whether a file, with all links followed, is in one of the folders."""
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return False
        return any(real.is_relative_to(root) for root in self.roots)

    def images(self, folder: Path) -> list[Path]:
        """List a folder's images, leaving out links that lead out of the list."""
        return [path for path in list_images(folder) if not path.is_symlink() or self.contains(path)]

    def tree(self) -> list[Path]:
        """List the folders on the list and below that hold images; links are not followed, hidden ones passed over."""
        found: list[Path] = []
        level = list(self.roots)
        for _ in range(_DEPTH):
            below: list[Path] = []
            for folder in level:
                if len(found) >= _MOST:
                    return found
                try:
                    if list_images(folder):
                        found.append(folder)
                    entries = sorted(folder.iterdir())
                except (OSError, DataError):
                    continue
                below += [
                    each
                    for each in entries
                    if each.is_dir() and not each.is_symlink() and each.name[0] != "."
                ]
            level = below
        return found
