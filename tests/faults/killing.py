"""Running work in a process of its own, and killing that at a moment of its life.

The process is forked, so that fifty of them do not spend their time on imports; to the system it is one like any other,
and SIGKILL spares it nothing. Moments are told in processor time: on a busy machine, those of the clock would all lie
in the beginning.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PAUSE = 0.015
"""Seconds between two looks at a process: watching must not take more of the machine than what is watched."""
SLOWEST = 300.0
"""Seconds after which a process that neither ends nor reaches its moment is a failure."""


class FaultError(AssertionError):
    """A fault was not survived."""


def require(fine: object, what: str) -> None:
    """Fail with words where something is not as it must be."""
    if not fine:
        raise FaultError(what)


class Child:
    """Work in a process of its own.

    Parameters
    ----------
    work : callable
        What it does; an exception is its failure.
    log : Path
        What it prints.
    """

    def __init__(self, work: Callable[[], object], log: Path) -> None:
        self.log, self.code, self.spent = log, None, 0.0
        log.write_bytes(b"")  # before it lives: what an earlier one said must not be taken for its words
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._be(work)

    def _be(self, work: Callable[[], object]) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            handle = os.open(self.log, os.O_WRONLY | os.O_APPEND)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def ended(self) -> bool:
        """Tell whether it has ended; notes how, and the processor time that it took."""
        if self.code is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                self.spent = usage.ru_utime + usage.ru_stime
        return self.code is not None

    def seconds(self) -> float:
        """Give the processor time that it has taken until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK

    def kill(self) -> bool:
        """Send SIGKILL; tell whether it was still alive."""
        if self.ended():
            return False
        os.kill(self.pid, signal.SIGKILL)
        while not self.ended():
            time.sleep(0.002)
        return self.code == -signal.SIGKILL

    def wait(self) -> float:
        """Wait for a good end; give the processor time that it took."""
        give_up = time.monotonic() + SLOWEST
        while not self.ended():
            if time.monotonic() > give_up:
                self.kill()
                raise FaultError(f"it did not end within {SLOWEST:.0f} s: {self.said()}")
            time.sleep(PAUSE)
        require(self.code == 0, f"it ended with {self.code}: {self.said()}")
        return self.spent

    def killed_after(self, seconds: float) -> bool:
        """Kill it when it has taken so much processor time; False where it ended before, which must be well."""
        give_up = time.monotonic() + SLOWEST
        while not self.ended():
            if self.seconds() >= seconds:
                return self.kill()
            require(time.monotonic() < give_up or self.kill() is None, f"it stands still: {self.said()}")
            time.sleep(PAUSE)
        require(self.code == 0, f"it ended with {self.code}: {self.said()}")
        return False

    def said(self) -> str:
        """Give the end of what it printed."""
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""


def content(place: Path) -> str:
    """Name a file, or a folder with all below it, by names and content; empty where there is nothing."""
    if not place.exists():
        return ""
    digest = sha256()
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.is_file():
            digest.update(f"{path.relative_to(place)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def hidden(folder: Path) -> list[str]:
    """List what is left beside the results."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
