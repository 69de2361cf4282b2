from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from gyeol.web.app import create_app
from gyeol.web.security import patience
from gyeol.web.settings import Settings

WHOLE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def port(
    settings: Settings,
    serving: Callable[..., AbstractContextManager[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[int]:
    """Run a server that waits for half a second."""
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    with serving(create_app(settings, background=False)) as port:
        yield port


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
