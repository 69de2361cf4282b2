from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gyeol.orphans import end_with_parent


def test_a_child_does_not_go_on_when_what_started_it_is_killed(tmp_path: Path) -> None:
    # A process that starts one which waits for its end, and is killed as `kill -9` does.
    code = """
import multiprocessing, os, signal, sys, time
from gyeol.orphans import end_with_parent

def work():
    end_with_parent()
    time.sleep(60)

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    print(child.pid, flush=True)
    time.sleep(60)
"""
    script = tmp_path / "parent.py"
    script.write_text(code)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(1)
        os.kill(child, 0)
        parent.kill()
    for _ in range(300):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("it goes on")


def test_a_process_without_a_parent_goes_on() -> None:
    end_with_parent()
