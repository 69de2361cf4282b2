from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from gyeol.errors import OutputError
from gyeol.review.database import Database
from gyeol.web.server import is_loopback, listen

START = "import sys; from gyeol.cli.main import main; sys.argv = ['gyeol', *sys.argv[1:]]; main()"


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost")],
        *[(host, False) for host in ("0.0.0.0", "::", "192.168.0.7", "example.org", "")],
    ],
)
def test_which_addresses_only_this_machine_reaches(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_a_port_that_is_taken_is_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(OutputError, match="cannot listen"):
            listen("127.0.0.1", taken.getsockname()[1])


@contextmanager
def started(model: Path, folder: Path, database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command in a process of its own; gives it and its address, and leaves nothing running."""
    arguments = ["serve", str(model), "--folder", str(folder), "--db", str(database), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GYEOL_TOKEN": ""},
    )
    try:
        assert process.stderr is not None
        address = ""
        said = []
        while "review page" not in address:
            address = process.stderr.readline()
            said.append(address)
            assert address, said
        base = address.split()[2].rstrip("/")
        late = time.monotonic() + 120
        while time.monotonic() < late:
            with suppress(OSError), urlopen(f"{base}/health", timeout=10):
                break
            time.sleep(0.1)
        yield process, base
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_and_every_verdict_is_there(
    model: Path, folder: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    import httpx2

    database = tmp_path / "review.db"
    answered = 0
    with started(model, folder, database) as (process, base):
        with httpx2.Client(base_url=base, timeout=60) as client:
            for number in range(1, 5):
                body = {"reviewer": "lee", "version": 0, "answer": "normal"}
                answered += client.put(f"/api/images/{number}/verdict", json=body).status_code == 200
            process.send_signal(sent)
        _, rest = process.communicate(timeout=60)
        assert process.returncode == 0, rest
    assert "Traceback" not in rest
    assert "every verdict is in" in rest
    assert not Path(f"{database}-wal").exists()  # closed in order: all of it is in the one file
    opened = Database(database)
    assert len(opened.rows("SELECT * FROM verdicts WHERE answer = 'normal'")) == answered == 4
    opened.close()


def test_killed_without_notice_every_confirmed_verdict_is_there(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    import httpx2

    database = tmp_path / "review.db"
    confirmed: dict[int, str] = {}  # by image: who said it last, as the server has confirmed
    stop = threading.Event()

    def say(base: str, number: int) -> None:
        with httpx2.Client(base_url=base, timeout=60) as client:
            for version in itertools.count():
                body = {"reviewer": f"r{version}", "version": version, "answer": "defect"}
                try:
                    answer = client.put(f"/api/images/{number}/verdict", json=body)
                except httpx2.HTTPError:
                    return  # killed in the middle of it: not confirmed
                assert answer.status_code == 200
                confirmed[number] = f"r{version}"
                if stop.is_set():
                    return

    with started(model, folder, database) as (process, base):
        people = [threading.Thread(target=say, args=(base, number)) for number in range(1, 7)]
        for each in people:
            each.start()
        late = time.monotonic() + 120
        while len(confirmed) < 6 and time.monotonic() < late:
            time.sleep(0.05)
        process.kill()
        stop.set()
        for each in people:
            each.join()
    assert len(confirmed) == 6
    assert Path(f"{database}-wal").stat().st_size > 0  # nobody has written the log into the file
    opened = Database(database)
    held = {
        row["image"]: int(row["reviewer"][1:]) for row in opened.rows("SELECT image, reviewer FROM verdicts")
    }
    for number, reviewer in confirmed.items():  # one more may be on the disk that nobody has heard of
        assert held[number] - int(reviewer[1:]) in (0, 1)
    assert opened.rows("PRAGMA integrity_check")[0][0] == "ok"
    opened.close()
