from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.cli import extras

Call = Callable[..., tuple[Any, str, str]]


@pytest.mark.parametrize("log", ["tensorboard", "tensorboard:", "wandb:x", "runs"])
def test_what_cannot_be_logged_to_is_one_line(
    gyeol: Call, competition: Path, tmp_path: Path, log: str
) -> None:
    code, out, err = gyeol("train", competition, "-o", tmp_path / "m", "--log", log)
    assert (code, out) == (2, "")
    assert f"--log wants tensorboard:DIR, mlflow:URI or mlflow, not {log!r}" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("kind", ["tensorboard", "mlflow"])
def test_what_is_not_installed_says_how_to_get_it(
    gyeol: Call, competition: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == kind else there(name))
    code, out, err = gyeol("train", competition, "-o", tmp_path / "m", "--log", f"{kind}:{tmp_path}/runs")
    assert (code, out) == (2, "")
    assert err == f"gyeol: this command needs {kind}; install it with: pip install 'gyeol[{kind}]'\n"


def test_a_place_that_cannot_be_written_to_is_one_line_before_the_training(
    gyeol: Call, competition: Path, tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard", reason="gyeol[tensorboard] is not installed")
    (tmp_path / "file").write_text("x")
    code, _, err = gyeol(
        "train", competition, "-o", tmp_path / "m", "--log", f"tensorboard:{tmp_path / 'file'}", "--steps", 20
    )
    assert code == 2
    assert "cannot log to tensorboard:" in err.splitlines()[-1]
    assert not (tmp_path / "m").exists()


def test_nothing_of_them_is_imported_unless_asked_for(gyeol: Call, competition: Path, tmp_path: Path) -> None:
    for name in ("gyeol.track.mlflow", "gyeol.track.tensorboard"):
        sys.modules.pop(name, None)
    assert gyeol("train", competition, "-o", tmp_path / "m", "--minutes", "-1")[0] == 2
    assert "gyeol.track.mlflow" not in sys.modules
    assert "gyeol.track.tensorboard" not in sys.modules


def test_a_training_is_logged_from_its_settings_to_its_card(
    gyeol: Call, competition: Path, tmp_path: Path
) -> None:
    reading = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="gyeol[tensorboard] is not installed"
    )
    code, _, err = gyeol(
        "train", competition, "-o", tmp_path / "m", "--steps", 20, "--log", f"tensorboard:{tmp_path / 'runs'}"
    )
    assert code == 0, err
    events = reading.EventAccumulator(str(tmp_path / "runs"))
    events.Reload()
    names = set(events.Tags()["scalars"])
    assert {"loss/trunk", "loss/fold 1", "loss/final", "validation/final", "estimate/macro_f1"} <= names
    assert {"settings/text_summary", "card/text_summary"} <= set(events.Tags()["tensors"])
