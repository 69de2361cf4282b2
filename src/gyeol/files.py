"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gyeol.errors import OutputError


def printable(text: object) -> str:
    """Write a path or a message so that it stays on one line and any terminal or file can take it.

    Line breaks, control characters and bytes that are no text (both are allowed in file names) become
    backslash escapes; everything that can be printed, in any script, stays.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text))


def _explain(error: OSError, path: Path) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}; free space or choose another place")


@contextlib.contextmanager
def atomic_file(path: Path, mode: str = "w") -> Iterator[IO]:  # type: ignore[type-arg]
    r"""Open a file that replaces ``path`` only when the block ends without an error.

    Parameters
    ----------
    path : Path
        The final place. Missing parent folders are made.
    mode : {"w", "wb"}
        Text is written as UTF-8 with ``\n`` line ends.

    Raises
    ------
    OutputError
        If the place is a folder, cannot be written, or the disk is full. ``path`` keeps what it had.
    """
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder; give a file name")
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


@contextlib.contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Hand out an empty folder that becomes ``path`` only when the block ends without an error.

    An existing ``path`` is replaced whole; between the two renames it is kept beside as ``.NAME.*.old``.

    Raises
    ------
    OutputError
        If ``path`` is a file, cannot be written, or the disk is full. ``path`` keeps what it had.
    """
    if path.exists() and not path.is_dir():
        raise OutputError(f"cannot write {path}: it is a file; give a folder name")
    token = secrets.token_hex(4)
    partial = path.with_name(f".{path.name}.{token}.part")
    old = path.with_name(f".{path.name}.{token}.old")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
        if path.exists():
            path.rename(old)
        partial.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if old.exists() and not path.exists():
            old.rename(path)
        raise _explain(error, path) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
