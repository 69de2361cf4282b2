"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import contextlib
import fcntl
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
    reason = printable(error.strerror or error)
    return OutputError(f"cannot write {printable(path)}: {reason}; free space or choose another place")


def _beside(path: Path, token: str, ending: str) -> Path:
    """Name a hidden neighbour. Cut, because the name may already be as long as the file system allows."""
    return path.with_name(f".{path.name[:40]}.{token}.{ending}")


@contextlib.contextmanager
def atomic_file(path: Path, mode: str = "w") -> Iterator[IO]:  # type: ignore[type-arg]
    r"""Open a file that replaces ``path`` only when the block ends without an error.

    Parameters
    ----------
    path : Path
        The final place. Missing parent folders are made.
    mode : {"w", "wb"}
        Text is written as UTF-8 with ``\n`` line ends.

    A link stays, and the file that it leads to is replaced. What is no regular file, such as ``/dev/stdout``,
    is written to directly: renaming over it would take the device away from everybody.

    Raises
    ------
    OutputError
        If the place is a folder, cannot be written, or the disk is full. ``path`` keeps what it had.
    """
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    partial = None
    try:
        if path.is_dir():
            raise OutputError(f"cannot write {printable(path)}: it is a folder; give a file name")
        if path.exists() and not path.is_file():
            with path.open(mode, **text) as stream:  # type: ignore[call-overload]
                yield stream
            return
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = _beside(target, secrets.token_hex(4), "part")
        with partial.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink()


@contextlib.contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Hand out an empty folder that becomes ``path`` only when the block ends without an error.

    An existing ``path`` is replaced whole; between the two renames it is kept beside as ``.NAME.*.old``.

    Raises
    ------
    OutputError
        If ``path`` is a file, is or holds the current folder, cannot be written, or the disk is full.
        ``path`` keeps what it had.
    """
    partial = None
    try:
        if path.exists() and not path.is_dir():
            raise OutputError(f"cannot write {printable(path)}: it is a file; give a folder name")
        target = path.resolve()
        if Path.cwd().is_relative_to(target):
            raise OutputError(
                f"cannot write {printable(path)}: that would delete the current folder; "
                f"give a new folder name"
            )
        token = secrets.token_hex(4)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = _beside(target, token, "part")
        partial.mkdir()
        yield partial
        _swap(partial, target, _beside(target, token, "old"))
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def require_writable(path: Path) -> None:
    """Refuse a place where no file can be written, before the work whose result it is to hold; nothing is made.

    Raises
    ------
    OutputError
        If it is a folder, or the nearest folder above it that exists cannot be written to.
    """
    if path.is_dir():
        raise OutputError(f"cannot write {printable(path)}: it is a folder; give a file name")
    if path.exists() and not path.is_file():
        return  # a device
    above = path.resolve().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise OutputError(
            f"cannot write {printable(path)}: {printable(above)} is a file; choose another place"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(
            f"cannot write {printable(path)}: {printable(above)} is read-only; choose another place"
        )


def require_empty(folder: Path, what: str) -> None:
    """Refuse a folder with something in it, as the place for `what`.

    Raises
    ------
    OutputError
        If it holds anything.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{printable(folder)} is not empty; give a new folder for {what}")


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put ``new`` in the place of ``target``; whatever stops it, even Ctrl-C, ``target`` stays."""
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two runs do not write to one place.

    The lock goes with the process, however it ends; a file that is left behind does no harm.

    Raises
    ------
    OutputError
        If another run holds it, or the file cannot be made.
    """
    busy = f"another run is writing here (it holds {printable(path)}); wait for it or give another place"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        raise _explain(error, path) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, the run before may have removed the file and a third made it again.
            if os.fstat(stream.fileno()).st_ino != path.stat().st_ino:
                raise OutputError(busy)
        except (BlockingIOError, FileNotFoundError) as error:
            raise OutputError(busy) from error
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
