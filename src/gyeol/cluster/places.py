"""Files on this machine or in an object store, by the same words (fsspec)."""

from __future__ import annotations

import csv
import io
import posixpath
from typing import Any

from fsspec.core import url_to_fs

from gyeol.data.listing import EXTENSIONS
from gyeol.errors import DataError, OutputError, first_line
from gyeol.files import printable

MANIFESTS = (".csv", ".parquet")
PATH_COLUMN = "path"


def list_inputs(source: str) -> list[str]:
    """List the images that `source` stands for.

    Parameters
    ----------
    source : str
        A folder (searched through), a glob, a manifest (.csv or .parquet with a column `path`; relative paths start at
        the manifest), or an image. On this machine or as a URL (s3://, gs://, memory:// and what else fsspec knows).

    Returns
    -------
    list of str
        Paths or URLs, without repetition; those of a folder or glob sorted, those of a manifest in its order.

    Raises
    ------
    DataError
        If there is no such place, or no image in it.
    """
    try:
        system, path = url_to_fs(source)
        if any(sign in path for sign in "*?["):
            found = sorted(map(str, system.glob(path)))
        elif system.isdir(path):
            found = sorted(map(str, system.find(path)))
        elif system.isfile(path):
            if path.lower().endswith(MANIFESTS):
                return _manifest(source, system, path)
            return [source]
        else:
            raise DataError(f"{printable(source)}: no such folder, glob, manifest or image")
    except DataError:
        raise
    except Exception as error:  # each store has errors of its own
        raise DataError(f"{printable(source)}: cannot be listed ({_reason(error)})") from error
    images = [name for name in found if _is_image(name)]
    if not images:
        raise DataError(f"{printable(source)}: no images in it (png, jpg, bmp or tif)")
    return [system.unstrip_protocol(name) if "://" in source else name for name in images]


def read_bytes(path: str) -> bytes:
    """Read a file whole.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        system, place = url_to_fs(path)
        return bytes(
            system.cat_file(place)
        )  # one request to an object store, where opening a file asks for its size
    except Exception as error:  # each store has errors of its own
        raise DataError(f"{printable(path)}: cannot be read ({_reason(error)})") from error


def write_whole(path: str, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it.

    An object store shows an object only when all of it is there; on a file system it is written beside and renamed.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        system, place = url_to_fs(path)
        system.makedirs(posixpath.dirname(place), exist_ok=True)
        if "file" not in system.protocol:
            system.pipe_file(place, content)
            return
        beside = posixpath.join(posixpath.dirname(place), f".{posixpath.basename(place)}.part")
        system.pipe_file(beside, content)
        system.mv(beside, place)
    except Exception as error:  # each store has errors of its own
        raise OutputError(f"{printable(path)}: cannot be written ({_reason(error)})") from error


def names_in(folder: str) -> set[str]:
    """List the names of the files in a folder; none where there is no folder.

    Raises
    ------
    OutputError
        If the place cannot be looked at.
    """
    try:
        system, path = url_to_fs(folder)
        return {posixpath.basename(str(name)) for name in system.find(path)} if system.exists(path) else set()
    except Exception as error:  # each store has errors of its own
        raise OutputError(f"{printable(folder)}: cannot be looked at ({_reason(error)})") from error


def join(folder: str, name: str) -> str:
    """Name a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def _manifest(source: str, system: Any, path: str) -> list[str]:
    content = system.cat_file(path)
    if path.lower().endswith(".csv"):
        table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        given = [row.get(PATH_COLUMN) for row in table]
        there = not table or PATH_COLUMN in table[0]
    else:
        from pyarrow import parquet

        columns = parquet.read_table(io.BytesIO(content)).to_pydict()
        there, given = PATH_COLUMN in columns, columns.get(PATH_COLUMN, [])
    if not there:
        raise DataError(f"{printable(source)}: no column '{PATH_COLUMN}'; name the images' paths in one")
    if any(not name for name in given):
        raise DataError(f"{printable(source)}: row {1 + [not n for n in given].index(True)} has no path")
    if not given:
        raise DataError(f"{printable(source)}: no rows; name at least one image")
    folder = source.rpartition("/")[0]
    names = [str(name) for name in given]
    whole = [n if "://" in n or n.startswith("/") or not folder else join(folder, n) for n in names]
    return list(dict.fromkeys(whole))


def _is_image(name: str) -> bool:
    base = posixpath.basename(name)
    return not base.startswith(".") and posixpath.splitext(base)[1].lower() in EXTENSIONS


def _reason(error: Exception) -> str:
    return first_line(error)[:200]
