from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from gyeol.web.security import token as module
from gyeol.web.security.token import same

TOKEN = "a-long-enough-token-0123"


def test_without_the_token_there_is_the_bare_page_and_nothing_else(serve: Callable[..., TestClient]) -> None:
    client = serve(token=TOKEN)
    for path in ("/", "/static/main.js", "/health", "/ready"):
        assert client.get(path).status_code == 200
    closed = [
        "/api/images",
        "/api/model",
        "/metrics",
        "/docs",
        "/openapi.json",
        "/api/export/csv",
        "/static",
    ]
    for path in closed:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.post("/api/predict", files={"files": b"x"}).status_code == 401
    good = {"Authorization": f"Bearer {TOKEN}"}
    assert all(client.get(path, headers=good).status_code == 200 for path in closed[:5])
    assert 'gyeol_refused_total{reason="token"}' in client.get("/metrics", headers=good).text


@pytest.mark.parametrize("given", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "토큰", " "])
def test_almost_the_token_is_not_the_token(serve: Callable[..., TestClient], given: str) -> None:
    client = serve(token=TOKEN)
    header = f"Bearer {given}".encode()
    assert client.get("/api/model", headers={"Authorization": header}).status_code == 401
    assert client.get("/api/model", headers={"Cookie": b"gyeol_token=" + given.encode()}).status_code == 401
    assert not same(given, TOKEN)


def test_the_comparison_takes_as_long_whatever_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = module.hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(module.hmac, "compare_digest", watched)
    assert same(TOKEN, TOKEN)
    assert not same("x", TOKEN)
    assert {len(each) for pair in compared for each in pair} == {
        32
    }  # digests of one length, compared by hmac


def test_no_token_is_asked_for_where_none_is_set(client: TestClient) -> None:
    assert client.get("/api/model").status_code == 200
