"""Which files of a folder are images, and under which key they are matched to others."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from gyeol.errors import DataError
from gyeol.files import printable

EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
# Passing over a picture in silence would lose data that the user believes to be used.
_FOREIGN = frozenset(
    {".webp", ".gif", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".npy", ".dcm", ".pgm", ".ppm"}
)


def list_images(folder: Path) -> list[Path]:
    """List a folder's image files.

    Hidden files (``.DS_Store``, ``._name.png``), subfolders and files that are no pictures by their extension
    (``Thumbs.db``, ``readme.txt``) are passed over. A link that leads nowhere is listed, so that reading it
    says so.

    Parameters
    ----------
    folder : Path
        Not searched deeper.

    Returns
    -------
    list of Path
        The files with the extension .png, .jpg, .jpeg, .bmp, .tif or .tiff in any case, sorted by name. May
        be empty.

    Raises
    ------
    DataError
        If the folder cannot be read, or holds pictures in a format that gyeol does not read.
    """
    found: list[str] = []
    foreign: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                extension = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 (9,100 times: no Path)
                if entry.name.startswith(".") or extension not in EXTENSIONS | _FOREIGN:
                    continue
                if entry.is_file() or (entry.is_symlink() and not entry.is_dir()):
                    (found if extension in EXTENSIONS else foreign).append(entry.name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"{printable(folder)}: the folder cannot be read ({reason}); check the name and rights"
        ) from error
    if foreign:
        raise DataError(
            f"{printable(folder / min(foreign))}: a format that gyeol does not read "
            f"({len(foreign):,} such files in the folder); convert to PNG, or move them elsewhere"
        )
    return [folder / name for name in sorted(found)]


def key(name: str) -> str:
    """Normalise a name for matching: macOS stores Hangul decomposed, tables hold it composed."""
    return unicodedata.normalize("NFC", name)


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Map each file's name without extension, normalised by :func:`key`, to the file, in the given order.

    Raises
    ------
    DataError
        If two files share a name (``a.png`` and ``a.jpg``).
    """
    stems: dict[str, Path] = {}
    for path in paths:
        other = stems.setdefault(key(path.stem), path)
        if other is not path:
            raise DataError(
                f"{printable(path)}: {printable(other.name)} beside it has the same name but for the "
                f"extension; rename or remove one"
            )
    return stems
