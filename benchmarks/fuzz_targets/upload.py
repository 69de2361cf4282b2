"""Fuzz what comes over HTTP: the whole application, called without a network. Run by benchmarks/fuzz.py.

An input is a byte that chooses the route and the size of the pieces in which the body comes, the line of the content
type, and the body.
"""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import atheris

with atheris.instrument_imports(include=["gyeol.web", "starlette.formparsers", "python_multipart"]):
    from gyeol.data.image import read_image  # noqa: F401
    from gyeol.web.app import create_app
    from gyeol.web.settings import Settings

import numpy as np
import torch
from models import write_model
from PIL import Image
from shared import fuzz, place

ROOT = place()
ROUTES = (
    ("POST", "/api/predict"),
    ("POST", "/api/heatmap"),
    ("POST", "/api/images"),
    ("PUT", "/api/images/1/verdict"),
)
KNOWN = {200, 400, 404, 405, 408, 409, 413, 415, 422, 429, 503, 507}
LOOP = asyncio.new_event_loop()


def one(data: bytes) -> None:
    choice, (kind, _, body) = data[:1] or b"\0", data[1:].partition(b"\n")
    method, path = ROUTES[choice[0] % len(ROUTES)]
    step = (1, 7, 64, 4096)[choice[0] // 4 % 4]
    step = max(step, len(body) // 50)
    pieces = [body[place : place + step] for place in range(0, len(body), step)] or [b""]
    status, answer = LOOP.run_until_complete(ask(method, path, kind.strip(), pieces))
    assert status in KNOWN, (status, answer)
    if status != 200:
        assert len(json.loads(answer)["detail"].splitlines()) <= 1, answer


async def ask(method: str, path: str, kind: bytes, pieces: list[bytes]) -> tuple[int, bytes]:
    """Send one request to the application."""
    headers = [(b"host", b"localhost"), (b"content-type", kind), (b"transfer-encoding", b"chunked")]
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {},
    }  # fmt: skip
    coming = iter(pieces)
    sent = {"status": 0, "body": b""}
    left = len(pieces)

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        piece = next(coming, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": left > 0}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            sent["status"] = message["status"]
        else:
            sent["body"] += message.get("body", b"")

    await APP(scope, receive, send)
    return sent["status"], sent["body"]


def form(*files: tuple[str, bytes]) -> bytes:
    """Write a form as browsers do."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'.encode()
        + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n"
        for name, content in files
    ]  # fmt: skip
    return b"multipart/form-data; boundary=b\n" + b"".join(parts) + b"--b--\r\n"


def seeds() -> dict[str, bytes]:
    """Write one good request of each form."""
    stream = io.BytesIO()
    Image.fromarray(np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1))).save(stream, "PNG")
    small = stream.getvalue()
    verdict = b'application/json\n{"reviewer": "lee", "version": 0, "answer": "defect", "mask": null}'
    return {
        **{f"route{n}": bytes([n + 12]) + form(("a.png", small)) for n in range(3)},
        "many": b"\x0c" + form(*(("x.png", b"") for _ in range(3))),
        "name": b"\x08" + form(("../../\\a\0.png", small)),
        "verdict": b"\x0f" + verdict,
        "urlencoded": b"\x0capplication/x-www-form-urlencoded\nfiles=a&files=b",
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    write_model(ROOT / "model", np.random.default_rng(0).integers(60, 200, (8, 64, 64), dtype=np.uint8))
    settings = Settings(
        ROOT / "model", ROOT / "review.db", files=4, workers=1, body_bytes=2**20, uploads_bytes=2**24
    )
    APP = create_app(settings, background=False)
    made = seeds()
    LOOP.run_until_complete(
        ask("POST", "/api/images", b"multipart/form-data; boundary=b", [made["route2"].split(b"\n", 1)[1]])
    )
    fuzz(one, made)
