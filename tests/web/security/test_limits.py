from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gyeol.web.routes.verdicts import MASK_TEXT
from gyeol.web.security.limits import Limits


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_read(
    serve: Callable[..., TestClient],
) -> None:
    client = serve(body_bytes=10_000)
    answer = client.post("/api/predict", files={"files": b"x" * 20_000})
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert "detail" in answer.json()


def test_a_chunked_body_is_counted_as_it_comes(serve: Callable[..., TestClient]) -> None:
    client = serve(body_bytes=10_000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b"x" * 1000

    headers = {"Content-Type": "application/json"}
    answer = client.put("/api/images/1/verdict", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert 'gyeol_refused_total{reason="size"} 1.0' in client.get("/metrics").text


def test_only_images_may_fill_the_disk_all_else_is_held_in_memory(serve: Callable[..., TestClient]) -> None:
    client = serve()
    most = MASK_TEXT + 64 * 1024
    for kind in ("application/json", "multipart/form-data; boundary=b"):
        headers = {"Content-Type": kind}
        assert (
            client.put("/api/images/1/verdict", content=b" " * (most + 1), headers=headers).status_code == 413
        )
    form = {"files": b"x" * (most + 1)}
    assert client.post("/api/predict", files=form).status_code == 200
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/api/predict", content=b"a&" * 1000, headers=urlencoded).status_code == 422


def limited(
    app: ASGIApp, body_bytes: int, seconds: float, at_once: int, count: Callable[[str], None]
) -> Limits:
    return Limits(app, body_bytes, seconds, at_once, count, in_memory_bytes=10, uploads=frozenset({"/"}))


def run(limits: Limits, chunks: list[Message | None], headers: list[tuple[bytes, bytes]]) -> int:
    """Send a request piece by piece; None is a client that falls silent. Returns the status."""
    statuses: list[int] = []
    left = iter(chunks)

    async def receive() -> Message:
        message = next(left, {"type": "http.disconnect"})
        if message is None:
            await asyncio.sleep(30)
        assert message is not None
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    asyncio.run(limits(scope, receive, send))
    assert len(statuses) == 1
    return statuses[0]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


CHUNKED = [(b"transfer-encoding", b"chunked")]


def piece(size: int, more: bool) -> Message:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        ([piece(60, True), piece(40, False)], 200),
        ([piece(60, True), piece(41, False)], 413),
        ([piece(60, True), piece(60, True), piece(60, True)], 413),
        ([piece(60, True), None], 408),
        ([None], 408),
    ],
)
def test_size_and_time_of_a_body(chunks: list[Message | None], status: int) -> None:
    reasons: list[str] = []
    limits = limited(echo, 100, 0.2, 4, reasons.append)
    assert run(limits, chunks, CHUNKED) == status
    assert reasons == {200: [], 413: ["size"], 408: ["slow"]}[status]
    assert limits._free == 4


def test_a_length_that_lies_is_counted_all_the_same() -> None:
    limits = limited(echo, 100, 0.2, 4, lambda _: None)
    assert run(limits, [piece(3, False)], [(b"content-length", b"9" * 5000)]) == 413
    assert run(limits, [piece(101, False)], [(b"content-length", b"5")]) == 413
    assert run(limits, [piece(3, False)], [(b"content-length", b"many")]) == 200


def test_more_uploads_at_once_than_may_be_are_told_to_come_again() -> None:
    reasons: list[str] = []
    limits = limited(echo, 100, 0.2, 0, reasons.append)
    assert run(limits, [piece(3, False)], CHUNKED) == 429
    assert reasons == ["busy"]
    assert run(limits, [piece(0, False)], []) == 200  # a request without a body needs no place


def test_an_error_of_the_application_stays_one() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    limits = limited(broken, 100, 0.2, 4, lambda _: None)
    with pytest.raises(ZeroDivisionError):
        run(limits, [piece(3, False)], CHUNKED)
    assert limits._free == 4


def test_the_rest_of_a_refused_body_is_taken_off_the_connection() -> None:
    left = [piece(50, True), piece(50, True), piece(50, False)]
    said: list[int] = []

    async def receive() -> Message:
        return left.pop(0)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert left == []  # closing on a client that still sends would reset the connection
            said.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": CHUNKED, "query_string": b""}
    asyncio.run(limited(echo, 100, 0.2, 0, lambda _: None)(scope, receive, send))
    assert said == [429]
