"""The same images as in tests/data/test_odd_images.py, sent to the server."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from gyeol.web.served import Served

Odd = dict[str, tuple[bytes, str]]
pytestmark = pytest.mark.filterwarnings("ignore")  # pytest turns on again what gyeol has turned off


def _some(odd: Odd) -> Odd:
    """Leave out what takes long to send, and what takes long to judge and is read by the same function."""
    return {name: each for name, each in odd.items() if len(each[0]) < 2**20 and "4096" not in name}


def test_each_upload_is_judged_or_refused_by_its_name(client: TestClient, odd_images: Odd) -> None:
    odd = _some(odd_images)
    assert len(odd) >= 200
    names = list(odd)
    for first in range(0, len(names), 100):
        some = names[first : first + 100]
        began = time.process_time()
        answer = client.post("/api/predict", files=[("files", (name, odd[name][0])) for name in some])
        assert answer.status_code == 200
        assert time.process_time() - began < 5 * len(some)
        for name, judged in zip(some, answer.json(), strict=True):
            assert judged["name"] == name
            got = "refused" if judged["error"] else "read"
            assert odd[name][1] in (got, "either"), judged
            if got == "refused":
                assert len(judged["error"].splitlines()) == 1
                assert name in judged["error"]
            else:
                assert judged["answer"] in (0, 1)
    assert client.get("/health").status_code == 200


def test_what_is_kept_is_shown_upright_with_its_heat_map_on_it(
    client: TestClient, odd_images: Odd, inside: Callable[[TestClient], Served]
) -> None:
    import io

    from PIL import Image

    for name in (
        "turned-6.jpg",
        "turned-5.png",
        "turned-8.tif",
        "mode-interlaced.png",
        "mixed-zip-behind.png",
    ):
        answer = client.post("/api/images", files={"files": (name, odd_images[name][0])}).json()
        assert answer["errors"] == []
        sizes = set()
        for part in ("picture", "heat"):
            shown = client.get(f"/api/images/{answer['images'][0]}/{part}")
            sizes.add(Image.open(io.BytesIO(shown.content)).size)
            assert (
                shown.headers["content-type"] == "image/png"
            )  # never what was sent, which may be a page, too
        assert sizes == {(80, 96) if "turned" in name else (96, 80)}
    kept = [path.suffix for path in inside(client).settings.uploads.iterdir()]
    assert sorted(kept) == [".jpg", ".png", ".png", ".png", ".tif"]
