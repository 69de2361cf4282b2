"""Two runs into one place: the second is told who is there; what a dead one left is taken over."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.errors import OutputError
from gyeol.files import atomic_directory, atomic_file, lock_beside, locked

HOLD = """
import sys
from pathlib import Path
from gyeol.files import atomic_directory, lock_beside, locked

place = Path(sys.argv[2])
with locked(lock_beside(place)) if sys.argv[1] == "lock" else atomic_directory(place) as folder:
    if folder:
        (folder / "half").write_text("x")
    print("held", flush=True)
    sys.stdin.read()
"""
Holder = Callable[[str, Path], subprocess.Popen[str]]


@pytest.fixture
def hold() -> Any:
    """Give the function that starts another process, which holds a place until it is killed."""
    holders: list[subprocess.Popen[str]] = []

    def begin(how: str, place: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, how, str(place)]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holders.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        return holder

    yield begin
    for holder in holders:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("how", ["lock", "folder"])
def test_the_message_names_the_process_and_a_dead_ones_place_is_taken_over(
    hold: Holder, tmp_path: Path, how: str
) -> None:
    place = tmp_path / "model"
    holder = hold(how, place)
    name = rf"another run is writing here: process {holder.pid} \(.*python.* -c .*\), since \d{{4}}-"
    with pytest.raises(OutputError, match=name), taking(how, place):
        pytest.fail("it was refused")
    holder.kill()
    holder.wait()
    assert len(list(tmp_path.iterdir())) == 1, "a killed one leaves its lock, or its half of a folder"
    with taking(how, place):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ([] if how == "lock" else ["model"])


def taking(how: str, place: Path) -> Any:
    return locked(lock_beside(place)) if how == "lock" else atomic_directory(place)


def test_stale_files_are_cleared_and_those_of_the_living_and_of_others_stay(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    place = tmp_path / "a.csv"
    stale = tmp_path / f".a.csv.{gone.pid}-0123abcd.part"
    foreign = tmp_path / f".b.csv.{gone.pid}-0123abcd.part"
    odd = tmp_path / ".a.csv.notes.part"
    for path in (stale, foreign, odd):
        path.write_text("half")
    with atomic_file(place) as outer:
        outer.write("1")
        with atomic_file(place) as inner:  # two writers of one file: each whole, the last one stays
            inner.write("2")
    assert place.read_text() == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.csv", foreign.name, odd.name])


def test_a_folder_that_was_moved_aside_when_the_run_was_killed_comes_back(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    old = tmp_path / f".model.{gone.pid}-0123abcd.old"
    old.mkdir()
    (old / "weights").write_text("precious")
    with pytest.raises(KeyboardInterrupt), atomic_directory(tmp_path / "model"):
        raise KeyboardInterrupt
    assert (tmp_path / "model/weights").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_lock_of_another_machine_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / ".lock"
    with locked(place):
        monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
        with pytest.raises(OutputError, match=rf"process {os.getpid()} on .*, since"), locked(place):
            pytest.fail("it was refused")


def test_a_clock_set_back_does_not_make_a_lock_stale_or_a_dead_one_alive(tmp_path: Path) -> None:
    place = tmp_path / ".lock"
    for moment in (0, 4_000_000_000):  # 1970 and 2096
        with locked(place):
            os.utime(place, (moment, moment))
            with pytest.raises(OutputError, match="another run"), locked(place):
                pytest.fail("it was refused")
        place.write_text("99999999 here\n")
        os.utime(place, (moment, moment))
        with locked(place):
            pass
