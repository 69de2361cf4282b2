from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from gyeol.detect.detector import Detector
from gyeol.review.answers import model_served
from gyeol.web.served import Served


def test_the_card_and_the_figures(
    client: TestClient, inside: Callable[[TestClient], Served], tmp_path: Path
) -> None:
    assert model_served(inside(client).database.path) == (tmp_path / "model").resolve()
    assert client.get("/api/model/card").text.startswith("# A gyeol detector")
    model = client.get("/api/model").json()
    assert (model["name"], model["threshold"], model["versions"], model["token"]) == ("model", 1.0, [], False)
    table = client.get("/api/threshold").json()
    assert table["threshold"] in table["at"]
    assert len(table["at"]) == len(table["missed"]) == len(table["alarms"])


def test_another_threshold_is_a_new_version_and_is_judged_by_at_once(
    client: TestClient, inside: Callable[[TestClient], Served], upload: Callable[..., bytes], tmp_path: Path
) -> None:
    sent = {"files": ("a.png", upload())}
    before = client.post("/api/predict", files=sent).json()[0]
    high = before["score"] + 1
    body = {"threshold": high, "who": "민지", "why": "오경보가 많아서"}
    told = client.post("/api/threshold", json=body).json()
    assert (told["name"], told["threshold"]) == ("model.v2", high)
    assert told["versions"][0]["who"] == "민지"
    after = client.post("/api/predict", files=sent).json()[0]
    assert (before["answer"], after["answer"]) == (1, 0)
    assert after["score"] == before["score"]
    assert Detector.load(tmp_path / "model.v2").threshold_ == high
    assert Detector.load(tmp_path / "model").threshold_ == 1.0
    assert "오경보가 많아서" in client.get("/api/model/card").text
    assert model_served(inside(client).database.path) == (tmp_path / "model.v2").resolve(), "to go on from"
    # The scores are of the weights, which have not changed: nothing is judged again.
    assert client.get("/api/changes").json()["unjudged"] == 0


def test_a_threshold_that_is_none_is_refused(client: TestClient, tmp_path: Path) -> None:
    for body in (
        {"threshold": "high", "who": "lee"},
        {"threshold": 3.0, "who": " "},
        {"threshold": 3.0},
        {"threshold": 3.0, "who": "lee", "why": "x" * 501},
    ):
        assert client.post("/api/threshold", json=body).status_code == 422
    raw = '{"threshold": NaN, "who": "lee"}'
    headers = {"Content-Type": "application/json"}
    assert client.post("/api/threshold", content=raw, headers=headers).status_code == 422
    assert client.get("/api/model").json()["threshold"] == 1.0
    assert not (tmp_path / "model.v2").exists()
