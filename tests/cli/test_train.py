from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from gyeol.cli import work
from gyeol.files import locked

MODEL = {"weights.safetensors", "detector.json", "card.md"}


@pytest.fixture
def train(gyeol: Callable[..., tuple[Any, str, str]]) -> Callable[..., tuple[Any, str]]:
    """Call `gyeol train`; give its exit code and what it said on stderr."""
    torch.set_num_threads(1)  # crops of 64 pixels are too small to gain from more

    def call(*arguments: object) -> tuple[Any, str]:
        code, out, err = gyeol("train", *arguments)
        assert out == ""
        return code, err

    return call


def interrupt_at(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C in the second step of a phase."""

    @contextmanager
    def pressing() -> Any:
        yield lambda now: (now.phase, now.step) == (phase, 2) and signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(work, "training", pressing)


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_ctrl_c_leaves_a_state_and_resume_ends_at_the_same_model(
    train: Callable[..., tuple[Any, str]], competition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--steps", 20, "--seed", 5)
    code, said = train(competition, "-o", tmp_path / "whole", *options)
    assert code == 0
    assert {path.name for path in (tmp_path / "whole").iterdir()} == MODEL
    assert "Threshold" in said
    assert "Macro F1 to expect" in said
    with monkeypatch.context() as patch:
        interrupt_at("fold 2", patch)
        code, said = train(competition, "-o", tmp_path / "model", *options)
    assert code == 130
    assert not (tmp_path / "model").exists()
    assert hidden(tmp_path) == [".model.training"], "the state is there, and the lock is gone"
    assert f"gyeol train {competition} -o {tmp_path / 'model'} --steps 20 --seed 5 --resume" in said
    code, said = train(competition, "-o", tmp_path / "model", "--steps", 20, "--resume")
    assert code == 2
    assert "other seed" in said
    assert hidden(tmp_path) == [".model.training"], "the wrong seed does not cost the state"
    code, said = train(competition, "-o", tmp_path / "model", *options, "--resume")
    assert code == 0
    assert hidden(tmp_path) == []
    sums = [
        json.loads((tmp_path / name / "detector.json").read_text())["sha256"]["weights.safetensors"]
        for name in ("whole", "model")
    ]
    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--steps", 20, "--minutes", 1], "not both"),
        (["--steps", 5], "steps is 5"),
        (["--minutes", "inf"], "minutes is inf"),
        (["--minutes", "-1"], "minutes is -1"),
        (["--seed", -1], "seed is -1"),
        (["--folds", 1], "folds is 1"),
        (["--prevalence", 1.5], "prevalence is 1.5"),
    ],
)
def test_settings_out_of_range_are_one_line(
    train: Callable[..., tuple[Any, str]],
    competition: Path,
    tmp_path: Path,
    arguments: list[object],
    said: str,
) -> None:
    code, err = train(competition, "-o", tmp_path / "model", *arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_bad_folders_are_one_line(
    train: Callable[..., tuple[Any, str]], competition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.tex").write_text("x")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for data, output, match in (
        (tmp_path / "none", tmp_path / "m", "no such folder"),
        (file, tmp_path / "m", "a file"),
        (competition, file, "is a file"),
        (competition, taken, "not a gyeol model"),
        (competition, file / "m", "cannot write"),
        (competition, ".", "current folder"),
        (competition, "/", "current folder"),
    ):
        code, err = train(data, "-o", output, "--steps", 20)
        assert (code, err.count("\n")) == (2, 1), err
        assert match in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comp", "file", "here", "taken"]


def test_data_that_cannot_be_learnt_from_is_one_line_and_leaves_no_lock(
    train: Callable[..., tuple[Any, str]], competition: Path, tmp_path: Path
) -> None:
    defects = competition / "train/defect_images"
    (defects / "defect_2.png").write_bytes((defects / "defect_2.png").read_bytes()[:300])
    code, err = train(competition, "-o", tmp_path / "m", "--steps", 20)
    assert code == 2
    assert "defect_2.png" in err.splitlines()[-1]
    for number in (1, 2):
        (defects / f"defect_{number}.png").unlink()
        (competition / f"train/defect_masks/defect_{number}.png").unlink(missing_ok=True)
    code, err = train(competition, "-o", tmp_path / "m", "--steps", 20)
    assert code == 2
    assert "at least two different" in err.splitlines()[-1]
    assert hidden(tmp_path) == []


def test_a_second_run_into_the_same_place_is_refused(
    train: Callable[..., tuple[Any, str]], competition: Path, tmp_path: Path
) -> None:
    with locked(tmp_path / ".model.lock"):
        code, err = train(competition, "-o", tmp_path / "model", "--steps", 20)
    assert code == 2
    assert "another run" in err
    assert err.count("\n") == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """Mount a disk of 64 KiB, where that is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if not mount or not unmount:
        pytest.skip("no mount")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("mounting is not allowed")
    yield disk
    subprocess.run([unmount, disk], check=True)


def test_a_full_disk_is_one_line_and_leaves_no_half_model(
    train: Callable[..., tuple[Any, str]], competition: Path, small_disk: Path
) -> None:
    code, err = train(competition, "-o", small_disk / "model", "--steps", 20)
    assert code == 2
    assert "No space left" in err.splitlines()[-1]
    assert list(small_disk.iterdir()) == []
