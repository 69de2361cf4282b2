from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from gyeol.data.image import read_image
from gyeol.detect.detector import Detector

Upload = Callable[..., bytes]


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (f"사진 {n}.png", content)) for n, content in enumerate(contents)]


def test_it_says_what_the_detector_says_for_one_and_for_many(
    client: TestClient, folder: Path, model: Path
) -> None:
    paths = sorted(folder.iterdir())
    answer = client.post("/api/predict", files=files(*(path.read_bytes() for path in paths)))
    assert answer.status_code == 200
    detector = Detector.load(model)
    for n, (told, path) in enumerate(zip(answer.json(), paths, strict=True)):
        verdict = detector.judge(read_image(path))
        assert told == {
            "name": f"사진 {n}.png",
            "score": pytest.approx(verdict.score),
            "answer": verdict.answer,
            "kind": verdict.kind,
            "distance": pytest.approx(verdict.distance),
            "unfamiliar": verdict.distance > 3,
            "error": "",
        }
    assert client.get("/api/images").json()["id"] == list(range(1, 7))  # nothing was kept


def test_an_unreadable_image_does_not_spoil_the_others(client: TestClient, upload: Upload) -> None:
    first, second = client.post("/api/predict", files=files(b"no image", upload())).json()
    assert first["score"] is None
    assert first["error"].startswith("사진 0.png: not a PNG")
    assert second["error"] == ""
    assert second["score"] is not None


def test_no_images_too_many_and_no_form_are_told_apart(
    serve: Callable[..., TestClient], upload: Upload
) -> None:
    client = serve(files=3)
    assert client.post("/api/predict", files=files(*[upload()] * 3)).status_code == 200
    assert client.post("/api/predict", files=files(*[upload()] * 4)).status_code == 413
    assert client.post("/api/predict", data={"other": "x"}).status_code == 422
    assert client.post("/api/predict", json=[1]).status_code == 422
    broken = client.post("/api/predict", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 400


def test_the_heat_map_is_a_transparent_layer_of_the_images_size(client: TestClient, upload: Upload) -> None:
    answer = client.post("/api/heatmap", files=files(upload(3, (70, 90))))
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.mode, image.size) == ("RGBA", (90, 70))
        assert np.asarray(image)[..., 3].max() == 255  # this model finds everything odd
    assert client.post("/api/heatmap", files=files(b"no image")).status_code == 422


def test_a_full_queue_is_told_to_come_again(
    serve: Callable[..., TestClient], inside: Callable[..., object], upload: Upload
) -> None:
    client = serve(queue=1)
    served = inside(client)
    begun, let = threading.Event(), threading.Event()
    served.workers.submit(lambda: (begun.set(), let.wait(10)))  # type: ignore[attr-defined]
    begun.wait(10)
    waiting = served.workers.submit(lambda: None)  # type: ignore[attr-defined]
    answer = client.post("/api/predict", files=files(upload()))
    let.set()
    waiting.result(10)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert client.post("/api/predict", files=files(upload())).status_code == 200


def test_what_takes_too_long_is_given_up(
    serve: Callable[..., TestClient], inside: Callable[..., object], upload: Upload
) -> None:
    client = serve(request_seconds=0.3)
    let = threading.Event()
    inside(client).workers.submit(lambda: let.wait(10))  # type: ignore[attr-defined]
    answer = client.post("/api/predict", files=files(upload()))
    let.set()
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
