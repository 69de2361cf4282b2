from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_and_every_verdict_is_there(
    model: Path, folder: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    import httpx2

    database = tmp_path / "review.db"
    arguments = ["serve", str(model), "--folder", str(folder), "--db", str(database), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GYEOL_TOKEN": ""},
    )
    assert process.stderr is not None
    address = ""
    said = []
    while "review page" not in address:
        address = process.stderr.readline()
        said.append(address)
        assert address, said
    base = address.split()[2].rstrip("/")
    answered = 0
    with httpx2.Client(base_url=base, timeout=60) as client:
        late = time.monotonic() + 60
        while time.monotonic() < late:
            try:
                client.get("/health")
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        for number in range(1, 7):
            body = {"reviewer": "lee", "version": 0, "answer": "normal"}
            answered += client.put(f"/api/images/{number}/verdict", json=body).status_code == 200
            if number == 4:
                process.send_signal(sent)
                break
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    assert "every verdict is in" in rest
    assert not Path(f"{database}-wal").exists()  # closed in order: all of it is in the one file
    opened = Database(database)
    assert len(opened.rows("SELECT * FROM verdicts WHERE answer = 'normal'")) == answered == 4
    opened.close()
