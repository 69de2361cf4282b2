"""`gyeol train --from REVIEW.db`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.directory import weights_id
from gyeol.review.database import Database
from gyeol.review.images import add_images
from gyeol.review.models import note_model
from gyeol.review.verdicts import say

Run = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def served(competition: Path, tmp_path: Path) -> Path:
    """Train a small model on the folder, keep it at `model`, and note that it was served with `review.db`."""
    torch.set_num_threads(1)
    small = Config(steps=20, crops=4, size=64, widths=(8, 8, 16), blocks=(1, 1), precision="fp32", folds=2)
    Detector(small).fit(competition).save(tmp_path / "model")
    database = Database(tmp_path / "review.db")
    note_model(database, weights_id(tmp_path / "model"), tmp_path / "model")
    database.close()
    return tmp_path / "review.db"


def answer(file: Path, folder: Path, *answers: Any) -> None:
    """Say something of the images of a folder, in their order."""
    database = Database(file)
    numbers = add_images(database, folder.resolve(), sorted(folder.glob("*.png")))
    for number, each in zip(numbers, answers, strict=False):
        if each:
            say(database, number, 0, "lee", each, None)
    database.close()


def test_train_goes_on_from_the_model_that_was_served(
    gyeol: Run, competition: Path, served: Path, tmp_path: Path
) -> None:
    answer(served, competition / "test/images", "defect", "normal", "unsure")
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    target = tmp_path / "model2"
    code, out, err = gyeol("train", competition, "--from", served, "-o", target, "--steps", 20)
    assert (code, out) == (0, ""), err
    assert f"going on from {(tmp_path / 'model').resolve()}" in err
    assert "from review: 1 defects (0 with a drawn mask) and 1 normals; 1 unsure" in err
    detector = Detector.load(target)
    assert detector.config.widths == (8, 8, 16), "the settings are the model's"
    assert detector.record_["from"]["model"] == weights_id(tmp_path / "model")
    assert detector.record_["defects"] == 4
    assert weights_id(target) != weights_id(tmp_path / "model")
    assert weights_id(tmp_path / "model") in (target / "card.md").read_text()
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before
    pixels = np.asarray(Image.open(competition / "test/images/test_0.png"))
    assert np.isfinite(detector.judge(pixels).score)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] == ".") == []


def test_what_cannot_be_gone_on_from_is_one_line(
    gyeol: Run, competition: Path, served: Path, tmp_path: Path
) -> None:
    def refused(*arguments: object, data: Path = competition) -> str:
        code, out, err = gyeol("train", data, "-o", tmp_path / "model2", *arguments)
        assert (code, out) == (2, "")
        assert not (tmp_path / "model2").exists()
        return err.splitlines()[-1]

    text = tmp_path / "text.db"
    text.write_text("no database, however long the text may be\n" * 50)
    assert "none.db: no such file" in refused("--from", tmp_path / "none.db")
    assert "no review database" in refused("--from", text)
    assert "nobody has called" in refused("--from", served)
    assert "--model needs --from" in refused("--model", tmp_path / "model")
    more = shutil.copytree(competition / "test/images", tmp_path / "more")
    answer(served, more, "defect", "normal")
    assert "the seed is the model's" in refused("--from", served, "--seed", 7)
    assert "stays; give a new folder" in refused("--from", served, "-o", tmp_path / "model")
    assert "no model at" in refused("--from", served, "--model", tmp_path / "nothing")
    (more / "test_0.png").unlink()
    assert "test_0.png" in refused("--from", served)
    (competition / "train/normal_images/normal_0.png").unlink()
    assert "not the folder that the model was trained on" in refused("--from", served)
    (tmp_path / "model").rename(tmp_path / "moved")
    assert "not there any more; name it with --model" in refused("--from", served)


def test_a_stopped_continuation_says_how_to_go_on(
    gyeol: Run, competition: Path, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        (tmp_path / ".model2.training").write_text("a state")
        raise KeyboardInterrupt

    answer(served, competition / "test/images", "defect", "normal")
    monkeypatch.setattr(Detector, "partial_fit", stop)
    code, _, err = gyeol("train", competition, "--from", served, "-o", tmp_path / "model2", "--steps", 40)
    assert code == 130
    words = f"gyeol train {competition} -o {tmp_path / 'model2'} --steps 40 --from {served} --resume"
    assert words in err
    assert json.loads((tmp_path / "model/detector.json").read_text())["record"]["steps"] == 20


@pytest.mark.parametrize(("launcher", "refused"), [("TORCHELASTIC_RUN_ID", True), ("SLURM_JOB_ID", False)])
def test_torchrun_is_refused_and_no_other_launcher(
    gyeol: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, launcher: str, refused: bool
) -> None:
    monkeypatch.setenv(launcher, "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    words = ("--from", tmp_path / "none.db", "--model", tmp_path / "none")
    code, _, err = gyeol("train", tmp_path, "-o", tmp_path / "out", *words)
    assert code == 2
    assert ("--from goes on in one process" in err) is refused
