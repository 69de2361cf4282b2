from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

TOKEN = "a-long-enough-token-0123"


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(serve: Callable[..., TestClient]) -> None:
    client = serve(token=TOKEN)
    assert client.get("/api/model").status_code == 401
    assert client.post("/api/login", json={"token": "wrong"}).status_code == 401
    assert client.get("/api/model").status_code == 401
    answer = client.post("/api/login", json={"token": TOKEN})
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/model").json()["token"] is True


def test_where_no_token_is_set_nothing_is_kept_of_what_was_sent(client: TestClient) -> None:
    answer = client.post("/api/login", json={"token": "\ud55c\r\nSet-Cookie: a=b"})
    assert answer.status_code == 204
    assert "set-cookie" not in answer.headers
