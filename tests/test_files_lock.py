from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from gyeol.errors import OutputError
from gyeol.files import locked

HOLD = """
import sys, time
from pathlib import Path
from gyeol.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "new" / ".model.lock"
    with locked(path):
        with pytest.raises(OutputError, match="another run"), locked(path):
            pytest.fail("it was refused")
        with pytest.raises(OutputError, match="another run"), locked(path):
            pytest.fail("still")
    with locked(path):
        pass
    assert not path.exists()


def test_another_process_is_refused_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="another run"), locked(path):
            pytest.fail("it was refused")
    finally:
        holder.kill()
        holder.wait()
    assert path.exists(), "a killed run leaves its file"
    with locked(path):
        pass


def test_a_file_that_was_left_behind_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    path.write_text("from last week")
    with locked(path):
        pass
    assert not path.exists()


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_the_lock_goes_with_an_error(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / ".lock"
    with pytest.raises(failure), locked(path):
        raise failure
    with locked(path):
        assert time.time() - path.stat().st_mtime < 600


def test_a_place_where_nothing_can_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot write"), locked(tmp_path / "file" / ".lock"):
        pytest.fail("it was refused")
