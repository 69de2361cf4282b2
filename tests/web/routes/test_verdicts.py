from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient


def said(
    client: TestClient, number: int, version: int, answer: str | None, who: str = "민지", **more: object
):  # type: ignore[no-untyped-def]
    body = {"reviewer": who, "version": version, "answer": answer, **more}
    return client.put(f"/api/images/{number}/verdict", json=body)


def test_a_verdict_is_written_and_read(client: TestClient) -> None:
    now = said(client, 1, 0, "defect").json()
    assert (now["version"], now["answer"], now["reviewer"], now["masked"]) == (1, "defect", "민지", False)
    assert client.get("/api/images/1/verdict").json() == now
    assert client.get("/api/images").json()["answer"][0] == "defect"


def test_a_stale_verdict_is_refused_with_what_is_held_true(client: TestClient) -> None:
    held = said(client, 1, 0, "defect", "lee").json()
    answer = said(client, 1, 0, "normal", "kim")
    assert answer.status_code == 409
    assert answer.json()["current"] == held
    assert said(client, 1, 1, "normal", "kim").json()["contested"] is True


def test_a_mask_is_drawn_kept_and_cleared(client: TestClient, draw: Callable[..., bytes]) -> None:
    mask = base64.b64encode(draw(10, 20, 30, 50)).decode()
    assert said(client, 1, 0, "defect", mask=mask).json()["masked"] is True
    assert said(client, 1, 1, "unsure").json()["masked"] is True  # left out: kept
    with Image.open(io.BytesIO(client.get("/api/images/1/mask").content)) as image:
        pixels = np.asarray(image)
    assert pixels[10:30, 20:50].min() == 255
    assert (pixels > 0).sum() == 600
    assert said(client, 1, 2, "unsure", mask=None).json()["masked"] is False
    assert client.get("/api/images/1/mask").status_code == 404


@pytest.mark.parametrize("mask", ["%%%", "AAAA", base64.b64encode(b"\x89PNG\r\n\x1a\nx").decode()])
def test_what_is_no_mask_changes_nothing(client: TestClient, mask: str) -> None:
    assert said(client, 1, 0, "defect", mask=mask).status_code == 422
    assert client.get("/api/images/1/verdict").json()["version"] == 0


def test_a_mask_of_another_size_is_refused(client: TestClient, draw: Callable[..., bytes]) -> None:
    mask = base64.b64encode(draw(1, 1, 5, 5, shape=(80, 64))).decode()
    answer = said(client, 1, 0, "defect", mask=mask)
    assert answer.status_code == 422
    assert "64x80 pixels, but the image is 80x64" in answer.json()["detail"]


def test_undo_over_http(client: TestClient) -> None:
    said(client, 1, 0, "defect", "lee")
    said(client, 1, 1, "normal", "kim")
    stale = client.post("/api/undo", json={"reviewer": "lee"})
    assert stale.status_code == 409
    assert stale.json()["current"]["reviewer"] == "kim"
    back = client.post("/api/undo", json={"reviewer": "kim"}).json()["verdict"]
    assert (back["answer"], back["version"]) == ("defect", 3)
    assert client.post("/api/undo", json={"reviewer": "kim"}).json() == {"verdict": None}


def test_others_hear_of_it(client: TestClient) -> None:
    first = client.get("/api/changes").json()
    assert first == {"last": 0, "images": 6, "unjudged": 0, "verdicts": []}
    said(client, 2, 0, "unsure")
    told = client.get("/api/changes?since=0").json()
    assert [each["image"] for each in told["verdicts"]] == [2]
    assert client.get(f"/api/changes?since={told['last']}").json()["verdicts"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "perhaps"},
        {"reviewer": "  "},
        {"reviewer": "x" * 61},
        {"version": -1},
        {"version": 1e300},
        {"version": "first"},
        {"reviewer": None},
    ],
)
def test_a_verdict_of_another_form_is_refused(client: TestClient, change: dict[str, object]) -> None:
    body = {"reviewer": "lee", "version": 0, "answer": "defect", **change}
    assert client.put("/api/images/1/verdict", json=body).status_code == 422
    assert client.get("/api/changes").json()["last"] == 0


def test_of_an_image_that_is_not_there_nothing_can_be_said(client: TestClient) -> None:
    assert said(client, 99, 0, "defect").status_code == 404
    assert client.get("/api/images/99/verdict").status_code == 404
    assert client.get("/api/images/99999999999999999999/verdict").status_code in (404, 422)
