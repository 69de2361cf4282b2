from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.cli import extras

Run = Callable[..., tuple[Any, str, str]]


def sections(path: Path) -> list[str]:
    return re.findall(r'<section id="(\w+)"', path.read_text(encoding="utf-8"))


@pytest.fixture
def scored(tmp_path: Path) -> tuple[Path, Path]:
    """Write scores and their key."""
    (tmp_path / "scores.csv").write_text("ImageId,score,answer\na,0.1,0\nb,0.9,1\nc,0.8,1\nd,0.2,0\n")
    (tmp_path / "answers.csv").write_text("ImageId,answer,kind\na,0,wood\nb,1,wood\nc,0,felt\nd,1,felt\n")
    return tmp_path / "scores.csv", tmp_path / "answers.csv"


def test_explore_writes_a_report_of_the_folder(gyeol: Run, competition: Path, tmp_path: Path) -> None:
    path = tmp_path / "new/report.html"
    code, _, err = gyeol("explore", competition, "--report", path, "--lang", "ko")
    assert code == 0
    assert f"report: {path}" in err
    assert sections(path) == ["summary", "folder", "kinds", "copies"]
    text = path.read_text(encoding="utf-8")
    assert '<html lang="ko">' in text
    assert text.count("<img ") == 3 + 3, "usual surfaces and defects of the one kind"


def test_evaluate_writes_a_report_of_the_answers(
    gyeol: Run, scored: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    code, out, _ = gyeol("evaluate", *scored, "--report", path, "--json")
    assert code == 0
    assert out.startswith("{"), "the report is not said on stdout, where the JSON is"
    assert sections(path) == ["summary", "result", "mistakes"]


def test_train_writes_a_report_of_the_training(gyeol: Run, competition: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    code, _, err = gyeol("train", competition, "-o", tmp_path / "model", "--steps", 20, "--report", path)
    assert code == 0, err
    assert sections(path) == ["summary", "threshold", "training"]


def test_without_the_extra_it_is_said_and_the_work_is_done(
    gyeol: Run, scored: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "jinja2" else object())
    output, report = tmp_path / "evaluation.json", tmp_path / "report.html"
    code, _, err = gyeol("evaluate", *scored, "-o", output, "--report", report)
    assert code == 0
    assert err == "no report: pip install 'gyeol[report]' brings what makes it\n"
    assert output.is_file()
    assert not report.exists()


@pytest.mark.parametrize("command", ["explore", "evaluate", "train"])
def test_a_place_that_is_a_folder_is_refused_before_the_work(
    gyeol: Run, competition: Path, scored: tuple[Path, Path], tmp_path: Path, command: str
) -> None:
    model = tmp_path / "model"
    arguments = {"explore": (competition,), "evaluate": scored, "train": (competition, "-o", model)}
    code, out, err = gyeol(command, *arguments[command], "--report", tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert "is a folder" in err
    assert not model.exists()


def test_a_language_that_is_not_there_is_one_line(gyeol: Run, competition: Path) -> None:
    code, _, err = gyeol("explore", competition, "--lang", "xx")
    assert code == 2
    assert "'en', 'ko'" in err
    assert err.count("\n") == 1
