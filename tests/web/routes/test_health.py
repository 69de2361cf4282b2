from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from gyeol.web.served import Served


def test_alive_ready_and_not_ready_while_stopping(
    client: TestClient, inside: Callable[[TestClient], Served]
) -> None:
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").status_code == 200
    inside(client).ready = False
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200


def test_figures_for_prometheus_name_routes_and_never_addresses(client: TestClient) -> None:
    client.put("/api/images/1/verdict", json={"reviewer": "lee", "version": 0, "answer": "defect"})
    client.put("/api/images/1/verdict", json={"reviewer": "kim", "version": 0, "answer": "normal"})
    client.get("/secret-name")
    text = client.get("/metrics").text
    assert 'gyeol_verdicts_total{answer="defect"} 1.0' in text
    assert "gyeol_stale_writes_total 1.0" in text
    assert 'route="/api/images/{number}/verdict",status="409"' in text
    assert "gyeol_unjudged_images 0.0" in text
    assert "secret-name" not in text
    assert "lee" not in text
