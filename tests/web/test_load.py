"""Many at once: some are told to come again, nobody meets an error. The long form is benchmarks/server_load.py."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path

from gyeol.review.images import add_images
from gyeol.web.app import create_app
from gyeol.web.settings import Settings

CLIENTS, SECONDS = 24, 2.0
FORM = {"Content-Type": "multipart/form-data; boundary=b"}


def test_more_clients_than_places_get_an_answer_or_a_time_to_come_again(
    settings: Settings,
    folder: Path,
    upload: Callable[..., bytes],
    serving: Callable[..., AbstractContextManager[int]],
) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    form = head + upload() + b"\r\n--b--\r\n"
    app = create_app(Settings(**{**settings.__dict__, "queue": 2}), background=False)
    served = app.state.served
    numbers = add_images(served.database, folder, sorted(folder.iterdir()))
    longest = 0
    said: list[tuple[int, str | None]] = []

    with serving(app) as port:
        until = time.monotonic() + SECONDS

        def ask(client: int) -> None:
            nonlocal longest
            asked = 0
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            while asked < 2 or time.monotonic() < until:
                asked += 1
                if (client + asked) % 3:
                    connection.request("POST", "/api/predict", form, FORM)
                else:
                    connection.request("GET", f"/api/images/{numbers[client % 6]}/picture")
                answer = connection.getresponse()
                answer.read()
                said.append((answer.status, answer.getheader("Retry-After")))
                longest = max(longest, served.workers.waiting)
            connection.close()

        clients = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
    statuses = Counter(status for status, _ in said)
    assert set(statuses) == {200, 429}, statuses
    assert all(retry is not None for status, retry in said if status == 429)
    assert longest <= 2
