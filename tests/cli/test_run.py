from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from gyeol.data.submission import check_submission

Run = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def run(gyeol: Run) -> Run:
    """Call `gyeol run`; give its exit code and what it said."""
    torch.set_num_threads(1)  # crops of 64 pixels are too small to gain from more
    return partial(gyeol, "run")


@pytest.fixture
def key(competition: Path) -> Path:
    path = competition / "key" / "answers.csv"
    path.parent.mkdir()
    path.write_text("ImageId,answer,kind\ntest_0,1,noise\ntest_1,0,noise\ntest_2,0,noise\n")
    return path.parent


def test_a_folder_in_and_a_scored_submission_out(
    run: Run, competition: Path, key: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, _, err = run(competition, "-o", out, "--key", key, "--steps", 20, "--heatmaps")
    assert code == 0, err
    assert {path.name for path in out.iterdir()} == {
        "explore.json",
        "model",
        "submission.csv",
        "scores.csv",
        "heatmaps",
        "evaluation.json",
        "report.html",
    }
    report = (out / "report.html").read_text(encoding="utf-8")
    parts = ("summary", "result", "mistakes", "threshold", "training", "folder", "kinds", "copies")
    assert re.findall(r'<section id="(\w+)"', report) == list(parts)
    missed = "Worst misses" in report
    assert missed or "Worst false alarms" in report or "answered rightly" in report
    assert report.count('<div class="pair">') == report.count(" · score ")
    assert check_submission(out / "submission.csv", competition / "test/sample_submission.csv") == []
    assert 0 <= json.loads((out / "evaluation.json").read_text())["macro_f1"] <= 1
    json.loads((out / "explore.json").read_text())
    assert (out / "model/card.md").exists()
    assert len(list((out / "heatmaps").iterdir())) == 3
    weights = (out / "model/weights.safetensors").stat().st_mtime_ns
    (out / "submission.csv").unlink()
    code, _, err = run(competition, "-o", out, "--steps", 20, "--resume")
    assert code == 0, err
    assert (out / "submission.csv").exists()
    again = (out / "report.html").read_text(encoding="utf-8")
    assert '<section id="result"' not in again, "this time nobody gave the answers"
    assert (out / "model/weights.safetensors").stat().st_mtime_ns == weights, "what is done is not done again"


def test_mistakes_are_one_line_before_anything_is_done(run: Run, competition: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, said in (
        ((tmp_path / "none", "-o", out), "no such folder"),
        ((competition, "-o", out, "--steps", 20, "--minutes", 1), "not both"),
    ):
        code, stdout, err = run(*arguments)
        assert (code, stdout, err.count("\n")) == (2, "", 1), err
        assert said in err
        assert not out.exists()


def test_a_key_that_is_not_there_is_refused_before_anything_is_done(
    run: Run, competition: Path, tmp_path: Path
) -> None:
    code, _, err = run(competition, "-o", tmp_path / "out", "--key", tmp_path / "no key", "--steps", 20)
    assert code == 2, err
    assert not (tmp_path / "out").exists()


def test_a_key_of_other_images_is_refused_before_anything_is_done(
    run: Run, competition: Path, key: Path, tmp_path: Path
) -> None:
    (key / "answers.csv").write_text("ImageId,answer\ntest_0,1\nother,0\n")
    code, _, err = run(competition, "-o", tmp_path / "out", "--key", key, "--steps", 20)
    assert code == 2
    assert "other" in err
    assert not (tmp_path / "out").exists()


def test_the_command_works_as_a_program_with_a_terminal_bar(competition: Path, tmp_path: Path) -> None:
    """Rich thinks of a terminal, where two bars at once would be an error or a mess."""
    program = Path(sys.executable).with_name("gyeol")
    done = subprocess.run(
        [program, "train", competition, "-o", tmp_path / "model", "--steps", "20"],
        env={**os.environ, "FORCE_COLOR": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "trunk" in done.stderr
    assert "images/s" in done.stderr
    assert "Macro F1 to expect" in done.stderr
    assert done.stdout == ""
