"""A few random kills of each kind of work; benchmarks/faults.py makes fifty."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).with_name("scenarios.py")

SAMPLE = """
import sys
from pathlib import Path
from gyeol.data.sample.generate import generate
from gyeol.data.sample.plan import Scale

if __name__ == "__main__":
    generate(Path(sys.argv[1]), Scale(kinds=2, normals=90, defects=2, test=4, test_defects=1), 1, workers=2)
"""


def test_random_kills_lose_nothing_and_leave_no_half() -> None:
    done = subprocess.Popen(
        [sys.executable, SCENARIOS, "--points", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, errors = done.communicate(timeout=900)
    finally:
        # What it has started holds the pipes, and a wait for their end would be one for ever.
        for process in in_session(done.pid):
            os.kill(process, signal.SIGKILL)
    assert done.returncode == 0, errors
    rows = {row.pop("what"): row for row in map(json.loads, said.splitlines())}
    assert set(rows) == {"sample", "train", "predict", "serve", "review"}
    assert all(row["kills"] == 2 and row["finished_after"] >= 1 for row in rows.values())


def test_the_workers_of_a_killed_sample_end_and_the_next_run_clears_up(tmp_path: Path) -> None:
    script = tmp_path / "sample.py"
    script.write_text(SAMPLE)
    place = tmp_path / "out"
    main = subprocess.Popen([sys.executable, script, place / "data"], start_new_session=True)
    try:
        wait_for(lambda: any(place.rglob("normal_0001*.png")) if place.exists() else False)
        assert len(in_session(main.pid)) >= 3, "the main process, and two workers"
        os.kill(main.pid, signal.SIGKILL)
        main.wait()
        wait_for(lambda: not in_session(main.pid))
    finally:
        for process in in_session(main.pid):
            os.kill(process, signal.SIGKILL)
    assert [path.name.endswith(".part") for path in place.iterdir()] == [True]
    small = SAMPLE.replace("normals=90", "normals=2").replace("workers=2", "workers=1")
    script.write_text(small)
    subprocess.run([sys.executable, script, place / "data"], check=True)
    assert [path.name for path in place.iterdir()] == ["data"], "what the killed run left is gone"


def wait_for(what: object, seconds: float = 120) -> None:
    give_up = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        if time.monotonic() > give_up:
            pytest.fail("it did not come")
        time.sleep(0.05)


def in_session(number: int) -> list[int]:
    """List the living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == number and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found
