from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("path", ["/", "/api/model", "/static/main.js", "/none", "/api/images/999/heat"])
def test_every_answer_forbids_scripts_from_elsewhere_frames_and_guessing(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_refusals_have_them_too_and_answers_are_not_stored(client: TestClient) -> None:
    refused = client.get("/", headers={"Host": "evil.example"})
    assert refused.status_code == 421
    assert "content-security-policy" in refused.headers
    assert client.get("/api/images").headers["cache-control"] == "no-store"
    assert client.get("/api/images/1/thumbnail").headers["cache-control"].startswith("private")
