"""What every benchmark writes down: machine, versions, time and memory of a command, rows of results."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gyeol.data.competition import read_competition
from gyeol.detect.arithmetic import bf16_pays
from gyeol.detect.record import data_fingerprint
from gyeol.files import atomic_file, locked

ROOT = Path(__file__).resolve().parents[1]
KEY = ("question", "method", "seed", "minutes", "epochs", "steps")
"""What makes two rows the same; the later one replaces the earlier."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A command that ended well.

    Parameters
    ----------
    wall_s : float
        From start to end, with the interpreter's start.
    peak_mib : float
        Largest resident memory of the process, or of the largest of its workers if that is larger.
    stdout : str
        What it printed.
    cpu_s : float
        Processor time of the process and of those it waited for: other work on the machine changes it little.
    """

    wall_s: float
    peak_mib: float
    stdout: str
    cpu_s: float


def measure(command: list[str | Path], log: Path) -> Ran:
    """Run a command and measure it; what it says on stderr goes to the file `log`, and here if it fails.

    A new process starts its peak with the memory of the one that started it, so a benchmark itself must stay
    small: it imports neither torch nor scikit-learn.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    output = log.with_suffix(".out")
    began = time.monotonic()
    with output.open("wb") as out, log.open("wb") as errors:
        process = subprocess.Popen(words, stdout=out, stderr=errors)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()  # after Ctrl-C or SIGTERM, no training may run on unseen
            process.wait()
            raise
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        sys.exit("\n".join([*tail, f"exit code {process.returncode}: {' '.join(words)}"]))
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes there, in KiB elsewhere
    text = output.read_text(encoding="utf-8")
    cpu = round(usage.ru_utime + usage.ru_stime, 2)
    return Ran(round(wall, 2), round(usage.ru_maxrss / unit, 1), text, cpu)


def use_cores(count: int) -> None:
    """Keep this process, and so all that it starts, to `count` of its cores."""
    if count and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def machine() -> dict[str, Any]:
    """Describe the machine, and how busy it is with other work before the benchmark starts."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    for line in info.read_text(encoding="utf-8").splitlines() if info.exists() else []:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            cpu = value.strip()
    affinity = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return {
        "cpu": cpu,
        "bf16": bf16_pays(),
        "cores": len(affinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


@cache
def versions() -> dict[str, str]:
    """Say with what the numbers were made. "+" after the commit: with changes that were not committed."""
    found = {"python": platform.python_version()}
    for name in ("gyeol", "torch", "numpy", "pillow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | {"commit": _git("rev-parse", "--short=12", "HEAD") + ("+" if _changed() else "")}


def _changed() -> bool:
    return bool(_git("status", "--porcelain", "--untracked-files=no", "--", "src"))


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def fingerprint(folder: Path) -> str:
    """Name the training part of a data folder by its content, as a model's description does."""
    return data_fingerprint(read_competition(folder))


class Results:
    """The rows of one JSON file.

    Parameters
    ----------
    path : Path
        Written whole or not at all after every row; two benchmarks may write to it by turns.
    force : bool
        Whether rows that are there are made again.

    Attributes
    ----------
    notes : dict
        What is said once, above the rows.
    """

    def __init__(self, path: Path, force: bool) -> None:
        self.path, self.force = path, force
        self.notes: dict[str, Any] = {}

    def rows(self) -> list[Row]:
        """Read all rows."""
        if not self.path.exists():
            return []
        return list(json.loads(self.path.read_text(encoding="utf-8"))["rows"])

    def wants(self, **key: Any) -> bool:
        """Tell whether a row is still to be made, and say so if not."""
        there = any(_key(row) == _key(key) for row in self.rows())
        if there and not self.force:
            print(f"there already (--force makes it again): {_name(key)}", flush=True)
        return self.force or not there

    def put(self, row: Row) -> None:
        """Add a row, or replace the one with the same key."""
        row = {**row, "date": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()}
        with locked(self.path.with_name(f".{self.path.name}.lock")):
            rows = [other for other in self.rows() if _key(other) != _key(row)]
            rows = sorted([*rows, row], key=lambda each: [str(part) for part in _key(each)])
            with atomic_file(self.path) as stream:
                stream.write(json.dumps({**self.notes, "rows": rows}, indent=1, ensure_ascii=False) + "\n")
        shown = {k: v for k, v in row["metrics"].items() if isinstance(v, int | float)}
        print(_name(row), json.dumps(shown), flush=True)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in KEY)


def _name(row: Row) -> str:
    return ", ".join(f"{name} {row[name]}" for name in KEY if row.get(name) is not None)
