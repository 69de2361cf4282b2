"""A real server and a real Chromium: `make test-web`. Skipped, with the reason, where one of them is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from gyeol.data.image import read_image
from gyeol.detect.verdict import Verdict
from gyeol.review.images import Score, add_images, save_scores
from gyeol.web.app import create_app
from gyeol.web.served import Served
from gyeol.web.settings import Settings

PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IMAGES = 400
"""More than fit on a screen, many times over."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium: GYEOL_CHROMIUM, one on the path, or playwright's own.

    Only for `make test-web`, which says where screenshots go: playwright keeps an event loop in the thread that all
    other tests of the session share, and a worker of `make test` died of it.
    """
    if not os.environ.get("GYEOL_SCREENSHOTS"):
        pytest.skip("a real Chromium: make test-web")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test-web")
    found = os.environ.get("GYEOL_CHROMIUM") or next(filter(None, map(shutil.which, PLACES)), None)
    with sync_api.sync_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium: make test-web, or set GYEOL_CHROMIUM")
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def surfaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a folder of small surfaces; some have a bright line."""
    place = tmp_path_factory.mktemp("surfaces") / "사진"
    place.mkdir()
    for n in range(IMAGES):
        noise = np.random.default_rng(n).standard_normal((96, 96)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), 1.5)
        pixels = np.clip(120 + 30 * noise / noise.std(), 0, 255).astype(np.uint8)
        if n % 7 == 0:
            pixels[40:44, 10:80] = 250
        Image.fromarray(pixels).save(place / f"{n:03}.png", compress_level=1)
    return place


@dataclass
class Running:
    """A server that runs: its address, its state, and what it was set to."""

    url: str
    served: Served
    folder: Path
    model: Path


@pytest.fixture
def start(
    model: Path,
    surfaces: Path,
    serving: Callable[..., AbstractContextManager[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Running]]:
    """Give the function that starts a server over the surfaces, scored 0, 0.1, 0.2, ... in two kinds."""
    servers = ExitStack()

    def run(**changed: Any) -> Running:
        copied = tmp_path / "model"
        if not copied.exists():
            shutil.copytree(model, copied)
        values = {"model": copied, "database": tmp_path / "review.db", "folders": (surfaces,), **changed}
        app = create_app(Settings(**values), background=False)
        served: Served = app.state.served
        numbers = add_images(served.database, surfaces.resolve(), sorted(surfaces.iterdir()))
        rows = [(number, Score(n / 10, n % 2)) for n, number in enumerate(numbers)]
        save_scores(served.database, served.weights, rows)
        served.detector.threshold_ = 20.0
        known = {
            read_image(path).tobytes(): (n / 10, n % 2) for n, path in enumerate(sorted(surfaces.iterdir()))
        }
        served.detector.record_ = {**served.detector.record_, "kinds": [IMAGES // 2] * 2}
        judge = served.detector.judge

        def told(pixels: np.ndarray) -> Verdict:
            """Judge, with the score that the table has: looking at an image must not change the order."""
            verdict = judge(pixels)
            score, kind = known.get(pixels.tobytes(), (verdict.score, verdict.kind))
            return replace(verdict, score=score, kind=kind)

        monkeypatch.setattr(served.detector, "judge", told)
        port = servers.enter_context(serving(app))
        return Running(f"http://127.0.0.1:{port}/", served, surfaces, copied)

    with servers:
        yield run


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    """Start a server."""
    return start()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Give the function that opens the page as somebody; any error on it fails the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(
        url: str,
        name: str = "lee",
        *,
        width: int = 1280,
        height: int = 800,
        locale: str = "en-US",
        scheme: str = "light",
        ready: bool = True,
    ) -> Any:
        phone = width < 500
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme=scheme,
            has_touch=phone,
            is_mobile=phone,
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        context.on(
            "request", lambda request: wrong.append(request.url) if not own(request.url, url) else None
        )
        page.goto(url)
        if ready:
            page.wait_for_selector("#dialog-name[open]")
            page.fill("#dialog-name input", name)
            page.keyboard.press("Enter")
            page.wait_for_selector("#dialog-name:not([open])", state="attached")
            page.wait_for_selector("body[data-shown]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def own(address: str, url: str) -> bool:
    """Say whether a request goes to the server itself."""
    return address.startswith((url.split("#")[0], "blob:", "data:"))


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Any, str], None]:
    """Give the function that keeps a screenshot, in GYEOL_SCREENSHOTS where that is set: CI's artefacts."""
    place = Path(os.environ.get("GYEOL_SCREENSHOTS") or tmp_path)

    def keep(page: Any, name: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=place / f"{name}.png")
        assert (place / f"{name}.png").stat().st_size > 5000

    return keep


@pytest.fixture(scope="session")
def axe() -> str:
    """Fetch axe-core (MPL-2.0, not kept in the repository) once, from the npm registry."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "gyeol-tests"
    script = cache / "package" / "axe.min.js"
    if not script.exists():
        cache.mkdir(parents=True, exist_ok=True)
        try:
            command = ["npm", "pack", "axe-core@4", "--silent"]
            subprocess.run(command, cwd=cache, check=True, capture_output=True, timeout=120)
            archive = max(cache.glob("axe-core-4*.tgz"))
            subprocess.run(["tar", "xzf", archive.name], cwd=cache, check=True, timeout=60)
        except (OSError, ValueError, subprocess.SubprocessError):
            pytest.skip("axe-core cannot be fetched: npm or its registry is out of reach")
    return script.read_text(encoding="utf-8")
