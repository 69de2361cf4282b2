from __future__ import annotations

import pytest
from starlette.testclient import TestClient

BODY = {"reviewer": "lee", "version": 0, "answer": "defect"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8722", 200),
        ("127.0.0.1:8722", 200),
        ("[::1]:8722", 200),
        ("192.168.0.7", 200),  # a bare address cannot be made to point elsewhere
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("[", 421),
        ("", 421),
    ],
)
def test_only_its_own_name_is_answered_to(client: TestClient, host: str, status: int) -> None:
    assert client.get("/api/model", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # curl
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"}, 200),  # behind a proxy with TLS
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_another_sites_page_cannot_act(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.put("/api/images/1/verdict", json=BODY, headers=headers).status_code == status
    assert client.get("/api/changes").json()["last"] == int(status == 200)


def test_another_sites_page_cannot_embed_but_may_link(client: TestClient) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert (
        client.get("/api/images/1/picture", headers={**cross, "Sec-Fetch-Mode": "no-cors"}).status_code == 403
    )
    assert client.get("/", headers={**cross, "Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_no_other_site_is_allowed_to_read(client: TestClient) -> None:
    answer = client.get("/api/model", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert 'gyeol_refused_total{reason="origin"}' not in client.get("/metrics").text
