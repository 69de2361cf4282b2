"""The same images get the same bytes in every run, with any number of workers; across engines, but for a margin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.detect.detector import Detector
from gyeol.engine import openvino
from gyeol.engine.judge import Judge, open_judge
from gyeol.engine.outputs import Outputs
from gyeol.engine.sealed import seal
from gyeol.engine.stream import judge_all
from gyeol.export.model import build
from gyeol.export.network import Precision

RUNTIMES = ("openvino", "onnxruntime")
MARGIN = 0.002
"""Of float32 graphs, in scores; threshold and scores are of the order of 1 here."""


@pytest.fixture(scope="module")
def rows(
    surface: Callable[..., np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, Path]]:
    """Write twenty surfaces of two sizes."""
    folder = tmp_path_factory.mktemp("images")
    for n in range(20):
        pixels = surface(500 + n, (96, 96) if n % 3 else (104, 80), 0.8 + 2.5 * (n % 2))
        Image.fromarray(pixels).save(folder / f"{n:02d}.png")
    return [(path.stem, path) for path in sorted(folder.iterdir())]


def tables(judge: Judge, rows: list[tuple[str, Path]], workers: int, folder: Path) -> tuple[bytes, bytes]:
    """Judge, and give the bytes of the submission and of the scores."""
    submission, scores = folder / "a.csv", folder / "s.csv"
    with Outputs(submission, scores, None, None, None, judge.threshold_, "stop") as out:
        for judged in judge_all(judge, rows, workers=workers):
            out.add(judged)
        out.finish()
    return submission.read_bytes(), scores.read_bytes()


@pytest.mark.parametrize("engine", ["torch", *RUNTIMES])
def test_any_number_of_workers_in_any_run_writes_the_same_bytes(
    detector: Detector, exact: Path, rows: list[tuple[str, Path]], tmp_path: Path, engine: str
) -> None:
    made = set()
    for workers in (1, 2, 3, 3):
        judge = detector if engine == "torch" else open_judge(exact, engine, workers)
        made.add(tables(judge, rows, workers, tmp_path))
    assert len(made) == 1
    alone = [line for row in rows for line in tables(judge, [row], 1, tmp_path)[1].splitlines()[1:]]
    assert alone == made.pop()[1].splitlines()[1:], "an image's score does not depend on what came with it"


def test_engines_answer_alike_but_for_the_margin(
    detector: Detector, exact: Path, rows: list[tuple[str, Path]]
) -> None:
    scores = {
        name: np.array([each.verdict.score for each in judge_all(judge, rows) if each.verdict])
        for name, judge in {"torch": detector, **{name: open_judge(exact, name) for name in RUNTIMES}}.items()
    }
    for name in RUNTIMES:
        apart = np.abs(scores[name] - scores["torch"])
        assert apart.max() < MARGIN, name
        clear = np.abs(scores["torch"] - detector.threshold_) > MARGIN
        assert clear.sum() > 10
        answers = [(each > detector.threshold_)[clear] for each in (scores[name], scores["torch"])]
        assert np.array_equal(*answers), name


@pytest.mark.parametrize(
    ("pays", "fastest", "hint"), [(True, True, "bf16"), (False, True, "f32"), (False, False, "bf16")]
)
def test_bfloat16_is_computed_only_where_it_is_faster_or_to_be_proved(
    detector: Detector,
    exact: Path,
    rows: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pays: bool,
    fastest: bool,
    hint: str,
) -> None:
    monkeypatch.setattr(openvino, "bf16_pays", lambda: pays)
    path = tmp_path / "low.onnx"
    path.write_bytes(seal(build(detector, Precision(), name="bf16", usual=(96, 96)).SerializeToString()))
    judge = openvino.OpenVinoJudge(path, 1, fastest=fastest)
    assert judge._settings["INFERENCE_PRECISION_HINT"] == hint
    if hint == "f32":
        assert tables(judge, rows, 1, tmp_path) == tables(open_judge(exact, "openvino", 1), rows, 1, tmp_path)
