"""The example package, installed into a folder of its own by pip, from training to comparison."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gyeol.cli.main import main

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/gyeol-grey-statistics"
Call = Callable[..., tuple[Any, str, str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example as a user would, but for the network."""
    target = tmp_path_factory.mktemp("target")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-index", "--no-build-isolation", "--target", target, EXAMPLE]
    done = subprocess.run(pip, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def gyeol(installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the program, with the example on the path."""
    monkeypatch.syspath_prepend(installed)
    importlib.invalidate_caches()

    def call(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["gyeol", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        return caught.value.code, out, err

    return call


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, surface: Callable[..., np.ndarray]) -> Path:
    """Make a folder of small surfaces; the defects have a bright patch, which the masks mark."""
    from PIL import Image

    root = tmp_path_factory.mktemp("data")
    rows = ["ImageId,answer"]
    for number in range(40):
        part, defective = "train" if number < 28 else "test", number % 4 == 0
        pixels = surface(number, (96, 96), 1.0)
        mask = np.zeros_like(pixels)
        if defective:
            mask[32:56, 16:48] = 255
            pixels[mask > 0] = np.minimum(255, pixels[mask > 0].astype(int) + 90)
        places = {
            f"{part}/{'defect' if defective else 'normal'}_images"
            if part == "train"
            else "test/images": pixels
        }
        if part == "train" and defective:
            places["train/defect_masks"] = mask
        for place, picture in places.items():
            (root / place).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(root / place / f"image_{number:02d}.png")
        if part == "test":
            rows.append(f"image_{number:02d},{int(defective)}")
    (root / "key").mkdir()
    (root / "key/answers.csv").write_text("\n".join(rows) + "\n")
    return root


def test_from_training_to_comparison(gyeol: Call, data: Path, tmp_path: Path) -> None:
    model, scores = tmp_path / "model", tmp_path / "scores.csv"
    code, _, err = gyeol(
        "train", data, "-o", model, "--detector", "grey-statistics", "--report", tmp_path / "model.html"
    )
    assert code == 0, err
    assert "by images that the detector says it had not learnt from" in err
    assert json.loads((model / "detector.json").read_text())["detector"] == "grey-statistics"
    report = (tmp_path / "model.html").read_text(encoding="utf-8")
    assert "grey statistics (gyeol-grey-statistics 0.1.0)" in report
    assert '<section id="threshold"' in report

    heat = ("--heatmaps", tmp_path / "heat")
    code, _, err = gyeol("predict", model, data, "-o", tmp_path / "submission.csv", "--scores", scores, *heat)
    assert code == 0, err
    assert len(list((tmp_path / "heat").iterdir())) == 12
    code, said, err = gyeol("evaluate", scores, data / "key", "--json")
    assert code == 0, err
    assert json.loads(said)["ranking"]["auroc"] == 1, "a bright patch is not hard to see"
    code, _, err = gyeol("errors", model, data, scores, data / "key", "-o", tmp_path / "errors")
    assert code == 0, err

    compared = ("--detectors", "grey-statistics,filter-bank", "--minutes", "0.01", "--json")
    code, said, err = gyeol("compare", data, "-o", tmp_path / "compare", *compared)
    assert code == 0, err
    rows = json.loads(said)["rows"]
    assert [row["title"] for row in rows] == ["grey statistics", "filter bank"]
    assert rows[0]["auroc"] == 1
    assert "grey statistics" in (tmp_path / "compare/report.html").read_text(encoding="utf-8")

    code, _, err = gyeol("export", model, data, "-o", tmp_path / "model.onnx")
    assert code == 2
    assert "only models of gyeol's own detector can be exported" in err
    assert err.count("\n") == 1


def test_what_is_only_of_the_own_detector_is_refused(gyeol: Call, data: Path, tmp_path: Path) -> None:
    for option in (("--steps", "20"), ("--folds", "5"), ("--resume",)):
        code, _, err = gyeol(
            "train", data, "-o", tmp_path / "model", "--detector", "grey-statistics", *option
        )
        assert code == 2
        assert f"{option[0]}: only gyeol's own detector has that" in err
    assert not (tmp_path / "model").exists()


def test_the_server_shows_it(gyeol: Call, data: Path, tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from gyeol.web.app import create_app
    from gyeol.web.settings import Settings

    model = tmp_path / "model"
    code, _, err = gyeol("train", data, "-o", model, "--detector", "grey-statistics")
    assert code == 0, err
    app = create_app(Settings(model=model, database=tmp_path / "review.db"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/api/model").json()["kinds"] == [28]
        assert "grey-statistics" in client.get("/api/model/card").text
        assert client.get("/api/threshold").json()["defects"] == 7
        (image, *_) = sorted((data / "test/images").iterdir())
        answer = client.post("/api/predict", files={"files": (image.name, image.read_bytes())})
        assert answer.status_code == 200
        change = {"threshold": 9.5, "who": "Kim"}
        assert client.post("/api/threshold", json=change).json()["name"] == "model.v2"


def test_it_is_short_and_the_document_shows_it_as_it_is() -> None:
    document = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "gyeol_grey_statistics.py"):
        text = (EXAMPLE / name).read_text(encoding="utf-8").strip()
        assert text in document
        assert len(text.splitlines()) < 100
