from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from gyeol.compare import run
from gyeol.detect.verdict import Verdict
from gyeol.errors import DataError, ModelError


class Brightness:
    """A detector that calls bright images defective."""

    threshold_ = 100.0
    record_: ClassVar = {
        "external_data": False,
        "estimate": {"macro_f1": 0.75},
        "detector": {"title": "Brightness"},
    }

    def fit(self, dataset: Any, *, say: Callable[[str], None]) -> Brightness:
        say("looked")
        return self

    def judge(self, pixels: np.ndarray) -> Verdict:
        score = float(pixels.mean())
        return Verdict(score, int(score > self.threshold_), 0, 0.0, pixels.astype(np.float32))

    def save(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        (path / "weights.safetensors").write_bytes(bytes(2**20))


@pytest.fixture
def data(competition: Path, png: Callable[..., Path]) -> Path:
    """Two bright test images, of which one is good, and a dark one."""
    for number, grey in enumerate((200, 180, 20)):
        png(competition / f"test/images/test_{number}.png", np.full((64, 64), grey, np.uint8))
    (competition / "key").mkdir()
    (competition / "key/answers.csv").write_text("ImageId,answer\ntest_0,1\ntest_1,0\ntest_2,0\n")
    return competition


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measure in this process, so that a detector of the test's own can be used; lists what was measured."""
    measured: list[str] = []
    monkeypatch.setattr(run, "make_detector", lambda name, seed, minutes: Brightness())
    monkeypatch.setattr(run, "package_of", lambda name: "bright 1.5")

    class InThisProcess:
        def __init__(self, target: Callable[..., None], args: tuple[Any, ...]) -> None:
            self.target, self.args = target, args

        def start(self) -> None:
            measured.append(self.args[1])
            self.target(*self.args)

        def is_alive(self) -> bool:
            return False

        def join(self) -> None:
            pass

    class Context:
        Process = InThisProcess
        Pipe = staticmethod(run.multiprocessing.get_context("spawn").Pipe)

    monkeypatch.setattr(run.multiprocessing, "get_context", lambda name: Context)
    return measured


def compare(
    data: Path, folder: Path, said: list[str] | None = None, name: str = "bright", seed: int = 0
) -> dict[str, Any]:
    said = said if said is not None else []
    return run.compare(name, data, data / "key/answers.csv", folder, seed, 1.0, said.append)


def test_a_row_holds_what_the_key_says(data: Path, tmp_path: Path, here: list[str]) -> None:
    said: list[str] = []
    row = compare(data, tmp_path / "row", said)
    assert (row["misses"], row["false_alarms"]) == (0, 1)
    assert row["auroc"] == row["best_macro_f1"] == 1
    assert row["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert (row["title"], row["size_mib"], row["validation"]) == ("Brightness", 1, 0.75)
    assert row["asked"]["package"] == "bright 1.5"
    assert "bright: looked" in said
    assert json.loads((tmp_path / "row/row.json").read_text()) == row
    with (tmp_path / "row/scores.csv").open() as stream:
        assert [line["answer"] for line in csv.DictReader(stream)] == ["1", "1", "0"]


def test_a_row_that_is_there_is_not_made_again_but_one_of_another_question_is(
    data: Path, tmp_path: Path, here: list[str]
) -> None:
    first = compare(data, tmp_path / "row")
    assert compare(data, tmp_path / "row") == first
    assert here == ["bright"]
    compare(data, tmp_path / "row", seed=1)
    assert here == ["bright", "bright"]
    (tmp_path / "row/row.json").write_text("{")
    compare(data, tmp_path / "row", seed=1)
    assert len(here) == 3, "a damaged row is no row"


def test_what_a_detector_refuses_is_said_with_its_name_and_leaves_no_row(
    data: Path, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DataError("too few")

    monkeypatch.setattr(Brightness, "fit", refuse)
    with pytest.raises(ModelError, match="bright: too few"):
        compare(data, tmp_path / "row")
    assert not (tmp_path / "row/row.json").exists()


def test_a_process_that_dies_is_one_line(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A child of its own, killed as the system does when memory runs out; os._exit sends nothing.
    monkeypatch.setattr(run, "_child", _die)
    with pytest.raises(ModelError, match="plain-resnet18d: its process ended without a result"):
        compare(data, tmp_path / "row", name="plain-resnet18d")


def _die(*_: object) -> None:

    os._exit(9)


def test_memory_is_counted_from_the_start_of_the_process() -> None:
    large = np.ones(2**25)  # 256 MiB, freed again
    most = run.peak_mib()
    assert most > 256
    del large
    code = "from gyeol.compare.run import peak_mib; print(peak_mib())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 20 < float(done.stdout) < most
