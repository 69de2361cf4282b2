from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from gyeol.review.images import add_images
from gyeol.web.served import Served


def test_what_has_no_score_is_judged_and_looked_at_while_nobody_asks(
    serve: Callable[..., TestClient], folder: Path, inside: Callable[[TestClient], Served]
) -> None:
    (folder / "5.png").write_bytes(b"no image")
    client = serve()
    served = inside(client)
    add_images(served.database, folder, sorted(folder.iterdir()))
    assert client.get("/api/changes").json()["unjudged"] == 6

    busy = serve(background=True, database=served.settings.database)
    late = time.monotonic() + 60
    while busy.get("/api/changes").json()["unjudged"] and time.monotonic() < late:
        time.sleep(0.1)
    listed = busy.get("/api/images").json()
    assert all(score is not None for score in listed["score"][:5])
    assert listed["score"][5] is None
    assert "5.png" in listed["error"][5]
    kept = inside(busy).database.rows("SELECT feature FROM images WHERE feature IS NOT NULL")
    assert len(kept) == 5


def test_a_folder_that_is_not_on_the_list_any_more_is_not_read(
    serve: Callable[..., TestClient], folder: Path, tmp_path: Path, inside: Callable[[TestClient], Served]
) -> None:
    first = serve()
    add_images(inside(first).database, folder, sorted(folder.iterdir()))
    (tmp_path / "other").mkdir()
    busy = serve(background=True, folders=(tmp_path / "other",))
    late = time.monotonic() + 60
    while busy.get("/api/changes").json()["unjudged"] and time.monotonic() < late:
        time.sleep(0.1)
    listed = busy.get("/api/images").json()
    assert listed["score"] == [None] * 6
    assert "not on the server's list" in listed["error"][0]
    assert busy.get("/api/images/1/picture").status_code == 404
