from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from gyeol.data.image import read_image
from gyeol.web.served import Served

Upload = Callable[..., bytes]


def test_the_pictures_of_an_image(client: TestClient, folder: Path) -> None:
    picture = client.get("/api/images/1/picture")
    with Image.open(io.BytesIO(picture.content)) as image:
        np.testing.assert_array_equal(np.asarray(image), read_image(folder / "0.png"))
    with Image.open(io.BytesIO(client.get("/api/images/1/thumbnail").content)) as image:
        assert image.size == (80, 64)
    with Image.open(io.BytesIO(client.get("/api/images/1/heat").content)) as image:
        assert (image.mode, image.size) == ("RGBA", (80, 64))
    for name in ("picture", "thumbnail", "heat"):
        assert client.get(f"/api/images/999/{name}").status_code == 404


def test_an_image_that_cannot_be_read_says_so(client: TestClient, folder: Path) -> None:
    (folder / "0.png").write_bytes(b"no image any more")
    for name in ("picture", "thumbnail", "heat"):
        answer = client.get(f"/api/images/1/{name}")
        assert answer.status_code == 422
        assert "0.png" in answer.json()["detail"]


def test_an_upload_is_kept_judged_and_shown_under_its_own_name(
    client: TestClient, upload: Upload, inside: Callable[[TestClient], Served]
) -> None:
    served = inside(client)
    sent = [
        ("files", ("../../../etc/사진.png", upload(50))),
        ("files", ("again.png", upload(50))),
        ("files", ("bad.png", b"no image")),
    ]
    added = client.post("/api/images", files=sent).json()
    assert added["images"] == [7, 7]  # the same content is the same image
    assert "bad.png" in added["errors"][0]
    kept = list(served.settings.uploads.iterdir())
    assert len(kept) == 1
    assert kept[0].read_bytes() == upload(50)
    assert set(kept[0].stem) <= set("0123456789abcdef")
    assert client.get("/api/images").json()["title"][-1] == "사진.png"
    assert client.get("/api/images/7/heat").status_code == 200
    assert client.get("/api/images").json()["score"][-1] is not None


def test_uploads_do_not_fill_the_disk(serve: Callable[..., TestClient], upload: Upload) -> None:
    client = serve(uploads_bytes=8000)
    assert client.post("/api/images", files=[("files", ("a.png", upload(1)))]).status_code == 200
    assert client.post("/api/images", files=[("files", ("b.png", upload(2)))]).status_code == 507
    assert len(client.get("/api/images").json()["id"]) == 1


def test_a_folder_on_the_list_is_opened_and_no_other(
    client: TestClient, folder: Path, tmp_path: Path, upload: Upload
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.png").write_bytes(upload())
    below = folder / "below"
    below.mkdir()
    (below / "b.png").write_bytes(upload())
    (below / "out.png").symlink_to(secret / "key.png")
    (folder / "link").symlink_to(secret)
    assert client.get("/api/folders").json() == [str(folder), str(below)]
    assert client.post("/api/folders", json={"path": str(below)}).json()["images"] == [7]
    for path in (
        secret,
        folder / "link",
        folder / ".." / "secret",
        folder / "none",
        Path("/"),
        Path("images"),
    ):
        answer = client.post("/api/folders", json={"path": str(path)})
        assert answer.status_code == 422
        assert "not on the server's list" in answer.json()["detail"]
    assert client.post("/api/folders", json={"path": "a\0b"}).status_code == 422


def test_an_image_whose_file_became_a_link_out_is_not_shown(
    client: TestClient, folder: Path, tmp_path: Path, upload: Upload
) -> None:
    (tmp_path / "secret.png").write_bytes(upload(9))
    (folder / "0.png").unlink()
    (folder / "0.png").symlink_to(tmp_path / "secret.png")
    assert client.get("/api/images/1/picture").status_code == 404
    assert client.get("/api/images/1/heat").status_code == 404


@pytest.mark.parametrize(("query", "expected"), [("", 6), ("?kind=1", 3), ("?limit=2", 2), ("?limit=-5", 1)])
def test_what_to_look_at_next(client: TestClient, query: str, expected: int) -> None:
    assert len(client.get(f"/api/next{query}").json()) == expected
