from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., tuple[Any, str, str]]
WITHOUT = ("torch", "cv2", "scipy", "sklearn", "safetensors", "onnx", "onnxruntime", "threadpoolctl")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def exported(gyeol: Call, model: Path, competition: Path, tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    code, _, err = gyeol("export", model, competition, "-o", path, "--precision", "fp32")
    assert code == 0, err
    assert "0 of 7 training images are answered otherwise" in err
    return path


def test_every_engine_gives_the_same_submission(
    gyeol: Call, exported: Path, model: Path, competition: Path, tmp_path: Path
) -> None:
    found = {}
    for engine, source in (
        ("torch", model),
        ("openvino", exported),
        ("onnxruntime", exported),
        ("auto", exported),
    ):
        scores = tmp_path / f"{engine}.csv"
        code, _, err = gyeol(
            "predict",
            source,
            competition,
            "-o",
            tmp_path / f"s_{engine}.csv",
            "--scores",
            scores,
            "--engine",
            engine,
        )
        assert code == 0, err
        found[engine] = rows(scores)
    assert len(found["torch"]) == 3
    for other in ("openvino", "onnxruntime", "auto"):
        for own, theirs in zip(found["torch"], found[other], strict=True):
            assert float(theirs["score"]) == pytest.approx(float(own["score"]), rel=1e-3)
            assert (own["ImageId"], own["answer"], own["kind"]) == (
                theirs["ImageId"],
                theirs["answer"],
                theirs["kind"],
            )


def run_without_training(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Call the program as if only what it needs at least were installed."""
    code = "\n".join(
        [
            "import sys",
            *(f"sys.modules[{name!r}] = None" for name in WITHOUT),
            "from gyeol.cli.main import main",
            f"sys.argv = {['gyeol', *map(str, arguments)]!r}",
            "main()",
        ]
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_predicting_with_an_exported_model_needs_none_of_what_training_needs(
    exported: Path, competition: Path, tmp_path: Path
) -> None:
    done = run_without_training(
        tmp_path,
        "predict",
        exported,
        competition,
        "-o",
        "out.csv",
        "--scores",
        "scores.csv",
        "--heatmaps",
        "heat",
    )
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "out.csv")) == 3
    assert len(list((tmp_path / "heat").iterdir())) == 3
    (tmp_path / "key.csv").write_text("ImageId,answer\ntest_0,0\ntest_1,1\ntest_2,0\n")
    done = run_without_training(tmp_path, "evaluate", "scores.csv", "key.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ranking"]["auroc"] in (0.0, 0.5, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["explore", "data"],
        ["sample", "out"],
        ["train", "data", "-o", "m"],
        ["predict", "model", "data", "-o", "s.csv"],
        ["export", "model", "data", "-o", "m.onnx"],
        ["run", "data", "-o", "out"],
        ["compare", "data", "-o", "out"],
        ["errors", "model", "data", "scores.csv", "key", "-o", "out"],
    ],
)
def test_what_needs_more_says_how_to_get_it(tmp_path: Path, arguments: list[str]) -> None:
    done = run_without_training(tmp_path, *arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "pip install 'gyeol[train]'" in done.stderr or "install 'gyeol[train]'" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "m.bin"], "must end in .onnx or .xml, not .bin"),
        (["-o", "m.onnx", "--format", "openvino"], "must end in .xml, not .onnx"),
        (["-o", "m"], "must end in .onnx or .xml, not nothing"),
    ],
)
def test_a_file_name_that_says_nothing_is_asked_for_again(
    gyeol: Call, model: Path, competition: Path, arguments: list[str], message: str
) -> None:
    code, _, err = gyeol("export", model, competition, *arguments)
    assert code == 2
    assert message in err


def test_no_model_or_no_data_is_one_line(gyeol: Call, model: Path, competition: Path, tmp_path: Path) -> None:
    for source, data in ((tmp_path / "none", competition), (model, tmp_path / "none")):
        code, _, err = gyeol("export", source, data, "-o", tmp_path / "m.onnx")
        assert code == 2
        assert len(err.strip().splitlines()) == 1
        assert not (tmp_path / "m.onnx").exists()
