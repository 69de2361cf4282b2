from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from gyeol.web.app import create_app
from gyeol.web.security import patience
from gyeol.web.server import listen, server
from gyeol.web.settings import Settings

WHOLE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Run a server that waits for half a second."""
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    app = create_app(settings, background=False)
    with listen("127.0.0.1", 0) as bound:
        running = server(app)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield bound.getsockname()[1]
        running.should_exit = True
        thread.join(60)


def test_who_connects_and_says_nothing_or_half_a_word_is_hung_up_on(port: int) -> None:
    for said in (b"", b"GET /health HTT", WHOLE + b"GET /hea"):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(said)
            answered = b""
            while block := client.recv(4096):  # ends when the server closes; a timeout fails the test
                answered += block
        assert answered.startswith(b"HTTP/1.1 200") is (WHOLE in said)


def test_a_whole_request_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(WHOLE)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
