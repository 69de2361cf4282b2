from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gyeol.web.routes.page import STATIC


def test_the_page_its_files_and_the_documentation(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text + client.get("/docs").text):
        assert client.get(path).status_code == 200
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/predict", "/api/heatmap", "/api/model/card", "/health", "/ready", "/metrics"} <= set(paths)
    assert client.get("/static/../settings.py").status_code == 404
    assert client.get("/static/%2e%2e/settings.py").status_code == 404


def test_nothing_is_inline_and_nothing_comes_from_elsewhere() -> None:
    for path in STATIC.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        urls = set(re.findall(r"https?://[^\s\"')]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not urls, path
        if path.suffix == ".html":
            assert not re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text), path


def test_both_languages_have_every_word_that_the_page_uses() -> None:
    words = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (STATIC / "words").iterdir()}
    assert set(words) == {"en", "ko"}
    used = set(
        re.findall(r'data-t(?:-label|-title)?="(\w+)"', (STATIC / "index.html").read_text(encoding="utf-8"))
    )
    for script in STATIC.glob("*.js"):
        used |= set(re.findall(r'\bt\("(\w+)"', script.read_text(encoding="utf-8")))
    assert used <= set(words["en"])
    assert set(words["en"]) == set(words["ko"])
    for key, text in words["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words["ko"][key])), key


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_a_script_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
