"""How long the review page lets a person wait, with 9,100 images loaded. Writes benchmarks/review_page.json.

python benchmarks/review_page.py MODEL IMAGES SCORES

A real server (`gyeol serve`), a real headless Chromium, both on this machine. Measured in the page: from the key to the
first frame in which the next picture is drawn. A person looks at each image for a second (`--look`), as in the goal of
300 images in ten minutes; `--look 0` is a held-down key, the worst case. Needs `pip install playwright` and Chromium.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from record import Results, machine

WATCH = """() => {
  window.taken = {picture: [], heat: []};
  let pressed = 0;
  addEventListener('keydown', () => { pressed = performance.now(); }, true);
  const after = (name) => { const began = pressed; requestAnimationFrame(() => requestAnimationFrame(() => {
    if (began) window.taken[name].push(performance.now() - began); })); };
  new MutationObserver((changes) => { for (const change of changes)
    after(change.attributeName === 'data-shown' ? 'picture' : 'heat');
  }).observe(document.body, {attributeFilter: ['data-shown', 'data-heat']});
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("scores", type=Path)
    parser.add_argument("--keys", type=int, default=100, help="pressed of each kind")
    parser.add_argument("--look", type=float, default=1.0, help="seconds at each image")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="else playwright's own")
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("review_page.json"))
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        process, url = serve(options, Path(folder))
        try:
            metrics = measure(url, options)
        finally:
            process.terminate()
            process.wait(30)
    question = f"review page, {options.look:g} s at each image"
    row: dict[str, object] = {"question": question, "method": "gyeol serve", "seed": 0}
    row["command"] = [f"benchmarks/review_page.py model images scores.csv --look {options.look:g}"]
    Results(options.results, force=True).put({**row, "machine": before, "metrics": metrics})


def serve(options: argparse.Namespace, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the server; returns it and its address."""
    words = [Path(sys.executable).with_name("gyeol"), "serve", options.model, "--folder", options.images]
    words += ["--scores", options.scores, "--db", folder / "review.db", "--port", "0"]
    process = subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # noqa: S101 (a programming error)
    for line in process.stderr:
        if found := re.search(r"http://\S+", line):
            return process, found[0]
    sys.exit(f"the server did not start (exit code {process.wait()})")


def measure(url: str, options: argparse.Namespace) -> dict[str, Any]:
    """Open the page and press keys."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        for _ in range(600):
            try:
                began = time.monotonic()
                page.goto(url)
                break
            except Exception:
                time.sleep(0.2)
        page.wait_for_selector("body[data-ready]", state="attached")
        ready = time.monotonic() - began
        page.fill("#dialog-name input", "benchmark")
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-shown]", state="attached")
        page.select_option("select[name=order]", "near")
        page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        metrics: dict[str, Any] = {
            "images": page.evaluate("fetch('/api/images').then(a => a.json()).then(t => t.id.length)"),
            "ready_s": round(ready, 2),
            "cells_in_the_page": page.locator("#grid .cell").count(),
            "chromium": browser.version,
        }
        for name, keys in (("next", "j"), ("answer", "dnu")):
            for figure, values in press(page, keys, options.keys, options.look).items():
                metrics |= summary(f"{name}_{figure}", values)
        metrics |= summary("scroll_frame", scroll(page))
        page.wait_for_function("document.querySelector('#sync').textContent.includes('all saved')")
        metrics["verdicts_saved"] = len(
            page.evaluate("fetch('/api/changes').then(a => a.json())")["verdicts"]
        )
        browser.close()
    return metrics


def press(page: Page, keys: str, count: int, look: float) -> dict[str, list[float]]:
    """Press keys in turn; returns milliseconds to the picture and to the heat map."""
    page.evaluate("window.taken = {picture: [], heat: []}")
    for n in range(count):
        page.keyboard.press(keys[n % len(keys)])
        page.wait_for_timeout(max(30.0, 1000 * look))
    page.wait_for_timeout(2000)
    taken: dict[str, list[float]] = page.evaluate("window.taken")
    return taken


def scroll(page: Page) -> list[float]:
    """Scroll through the whole grid in 200 jumps; returns milliseconds between frames."""
    frames: list[float] = page.evaluate(
        """async () => {
          const grid = document.querySelector('#grid'), times = [];
          const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
          let last = await frame();
          for (let n = 0; n <= 200; n++) {
            grid.scrollTop = (n / 200) * grid.scrollHeight;
            const now = await frame();
            times.push(now - last);
            last = now;
          }
          return times;
        }"""
    )
    return frames


def summary(name: str, values: list[float]) -> dict[str, float]:
    """Give the median, the 95th percentile and the largest of milliseconds, and how many there are."""
    ordered = sorted(values)
    if not ordered:
        return {f"{name}_count": 0}
    return {
        f"{name}_count": len(ordered),
        f"{name}_ms_median": round(statistics.median(ordered), 1),
        f"{name}_ms_p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
        f"{name}_ms_max": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
