"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from gyeol.errors import OutputError

_FEW = 64
"""Files that are brought to the disk one by one."""


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
    """Name a hidden neighbour that tells which process made it."""
    return path.with_name(f"{_prefix(path)}{os.getpid()}-{token}.{ending}")


def _prefix(path: Path) -> str:
    """Begin the names of all hidden neighbours of a path. Cut where it may be as long as the file system allows."""
    name = path.name
    return f".{name}." if len(name) <= 40 else f".{name[:32]}~{sha256(os.fsencode(name)).hexdigest()[:7]}."


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
        _clear(target)
        partial = _beside(target, secrets.token_hex(4), "part")
        with partial.open(mode, **text) as stream:  # type: ignore[call-overload]
            _mark(stream.fileno())
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            partial.replace(target)
        _settle(target.parent)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink()


@contextlib.contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Hand out an empty folder that becomes ``path`` only when the block ends without an error.

    An existing ``path`` is replaced whole, in one step where the file system can exchange two names. Where it cannot,
    it is kept beside as ``.NAME.*.old`` between two renames, and the next run puts it back if this one is killed there.

    Raises
    ------
    OutputError
        If ``path`` is a file, is or holds the current folder, cannot be written, the disk is full, or another process
        is writing it. ``path`` keeps what it had.
    """
    partial = held = None
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
        if (other := _clear(target)) is not None:
            raise OutputError(_busy(*other))
        partial = _beside(target, token, "part")
        partial.mkdir()
        held = os.open(partial, os.O_RDONLY)
        _mark(held)
        yield partial
        _settle(partial, whole=True)
        _swap(partial, target, _beside(target, token, "old"))
        _settle(target.parent)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if held is not None:
            os.close(held)
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _clear(target: Path) -> tuple[int, float] | None:
    """Remove what killed processes have left beside `target`, and put back what one had moved aside.

    Returns
    -------
    (int, float) or None
        The process that is writing a folder there now, and since when, if there is one.
    """
    prefix, other = _prefix(target), None
    with contextlib.suppress(OSError):
        names = [name for name in os.listdir(target.parent) if name.startswith(prefix)]  # noqa: PTH208 (thousands)
        for name in names:
            made = re.fullmatch(r"(\d+)-[0-9a-f]{8}\.(part|old)", name.removeprefix(prefix))
            left = target.with_name(name)
            if made is None:
                continue
            process, since = int(made[1]), left.stat().st_mtime
            if not _abandoned(left, process):
                other = (process, since) if left.is_dir() and made[2] == "part" else other
            elif made[2] == "old" and not target.exists():
                left.rename(target)
            elif left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()
    return other


def _mark(handle: int) -> None:
    """Hold a partial file or folder, so that others see that somebody is at it; where the file system can."""
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _abandoned(left: Path, process: int) -> bool:
    """Tell whether nobody writes a partial file or folder any more: its lock is free and its process gone."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without such locks: only the process tells
    finally:
        os.close(handle)
    try:
        os.kill(
            process, 0
        )  # sends nothing: between making and locking it, a live one's may be free for a moment
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


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


def _settle(folder: Path, *, whole: bool = False) -> None:
    """Bring a folder's names, and of a `whole` one all content, to the disk, so that a power cut finds them there."""
    inside = sorted(folder.rglob("*"), reverse=True) if whole else []
    if len(inside) > _FEW and (flush := getattr(ctypes.CDLL(None), "syncfs", None)) is not None:
        inside = []  # all that waits for this disk at once, which is faster than thousands of files
    else:
        flush = None
    for path in (*inside, folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            if flush is not None and flush(handle):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            with contextlib.suppress(OSError) if path.is_dir() else contextlib.nullcontext():
                os.fsync(handle)  # not every file system can do it for a folder
        finally:
            os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where the system or the file system cannot do it."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return rename is not None and not rename(here, os.fsencode(one), here, os.fsencode(other), exchange)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put ``new`` in the place of ``target``; whatever stops it, even Ctrl-C, ``target`` stays."""
    if target.exists() and _exchange(new, target):
        return  # what was there is now under the name of the new one, and goes with it
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
        If another run holds it, which the message names, or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _explain(error, path) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, the run before may have removed the file and a third made it again.
            if os.fstat(stream.fileno()).st_ino != path.stat().st_ino:
                raise OutputError(_busy())
        except (BlockingIOError, FileNotFoundError) as error:
            stream.seek(0)
            held = re.match(r"(\d{1,10}) (\S{1,99})\n", stream.read(200))
            named = (int(held[1]), path.stat().st_mtime, held[2]) if held and path.exists() else ()
            raise OutputError(_busy(*named)) from error
        try:
            with contextlib.suppress(OSError):  # a full disk: the lock holds without a name in it
                stream.truncate(0)
                stream.write(f"{os.getpid()} {socket.gethostname()}\n")
                stream.flush()
            yield
        finally:
            path.unlink(missing_ok=True)


def lock_beside(path: Path) -> Path:
    """Name the lock of a file or folder: a hidden neighbour, so that it does not have to exist yet."""
    return path.with_name(f"{_prefix(path)}lock")


def _busy(process: int = 0, since: float = 0.0, host: str = "") -> str:
    """Say who is writing where we wanted to."""
    who = ""
    if process:
        who = f": process {process}"
        if host and host != socket.gethostname():
            who += f" on {printable(host)}"
        else:
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
                who += f" ({printable(' '.join(words).strip())[:200]})"
        who += f", since {datetime.fromtimestamp(since).astimezone():%Y-%m-%d %H:%M}"
    return f"another run is writing here{who}; wait for it or give another place"
