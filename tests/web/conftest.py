"""A server in this process, over six small images."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from gyeol.review.images import Score, add_images, save_scores
from gyeol.web.app import create_app
from gyeol.web.served import Served
from gyeol.web.server import listen, server
from gyeol.web.settings import Settings

Serve = Callable[..., TestClient]
Serving = Callable[[FastAPI], AbstractContextManager[int]]


def png_bytes(seed: int = 0, shape: tuple[int, int] = (64, 80)) -> bytes:
    """Draw noise, as a PNG file's bytes."""
    pixels = np.random.default_rng(seed).integers(60, 200, shape, dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def mask_bytes(*box: int, shape: tuple[int, int] = (64, 80)) -> bytes:
    """Draw a mask with one rectangle: top, left, bottom, right."""
    pixels = np.zeros(shape, np.uint8)
    pixels[box[0] : box[2], box[1] : box[3]] = 255
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def upload() -> Callable[..., bytes]:
    """Give the function that makes an image file's bytes."""
    return png_bytes


@pytest.fixture
def draw() -> Callable[..., bytes]:
    """Give the function that draws a mask."""
    return mask_bytes


@contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """Serve an application in a thread, as `gyeol serve` does; gives the port."""
    with listen("127.0.0.1", 0) as bound:
        running = server(app)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        while not running.started:
            time.sleep(0.01)
        try:
            yield bound.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture
def serving() -> Serving:
    """Give the context in which an application is served on a port."""
    return listening


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of six images."""
    place = tmp_path / "images"
    place.mkdir()
    for n in range(6):
        (place / f"{n}.png").write_bytes(png_bytes(n))
    return place


@pytest.fixture
def settings(model: Path, folder: Path, tmp_path: Path) -> Settings:
    """Set a server with a model of its own, for it may get versions."""
    shutil.copytree(model, tmp_path / "model")
    return Settings(tmp_path / "model", tmp_path / "review.db", (folder,), hosts=frozenset({"localhost"}))


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Give the function that starts a server; everything is stopped in the end."""
    running: list[TestClient] = []

    def start(background: bool = False, **changed: object) -> TestClient:
        values = {**settings.__dict__, **changed}
        app = create_app(Settings(**values), background=background)
        client = TestClient(app, base_url="http://localhost", raise_server_exceptions=True)
        client.__enter__()
        running.append(client)
        return client

    yield start
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """Start a server over the folder, with scores 0 to 5 and two kinds."""
    started = serve()
    served = served_by(started)
    paths = sorted(served.allowed.roots[0].iterdir())
    numbers = add_images(served.database, served.allowed.roots[0], paths)
    save_scores(served.database, served.weights, [(i, Score(float(n), n % 2)) for n, i in enumerate(numbers)])
    return started


def served_by(client: TestClient) -> Served:
    """Reach into a running server."""
    served = client.app.state.served  # type: ignore[attr-defined]
    assert isinstance(served, Served)
    return served


@pytest.fixture
def inside() -> Callable[[TestClient], Served]:
    """Give the function that reaches into a running server."""
    return served_by
