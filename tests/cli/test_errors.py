from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Errors = Callable[..., tuple[Any, str]]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Make images, their scores and a key: two misses, one false alarm, one right answer."""
    rng = np.random.default_rng(0)
    (tmp_path / "images").mkdir()
    (tmp_path / "key/masks").mkdir(parents=True)
    for name in "abcd":
        Image.fromarray(rng.integers(60, 200, (64, 96), dtype=np.uint8)).save(tmp_path / f"images/{name}.png")
    mask = np.zeros((64, 96), np.uint8)
    mask[20:30, 20:40] = 255
    Image.fromarray(mask).save(tmp_path / "key/masks/a.png")
    (tmp_path / "scores.csv").write_text(
        "ImageId,score,answer,kind,note\na,0.2,0,0,\nb,-1,0,0,\nc,5,1,0,\nd,0,0,0,\n"
    )
    (tmp_path / "key/answers.csv").write_text("ImageId,answer,kind\na,1,wood\nb,1,felt\nc,0,wood\nd,0,wood\n")
    return tmp_path


@pytest.fixture
def errors(gyeol: Callable[..., tuple[Any, str, str]], model: Path) -> Errors:
    """Call `gyeol errors` for a folder; give its exit code and what it said."""

    def call(folder: Path, *more: object) -> tuple[Any, str]:
        places = (model, folder / "images", folder / "scores.csv", folder / "key")
        code, _, err = gyeol("errors", *places, *more)
        return code, err

    return call


def test_every_mistake_is_drawn_and_nothing_else(errors: Errors, judged: Path) -> None:
    code, said = errors(judged, "-o", judged / "out")
    assert code == 0
    assert "2 misses and 1 false alarms in 2 sheets" in said
    with (judged / "out/errors.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["ImageId"], row["error"], row["kind"]) for row in rows] == [
        ("b", "miss", "felt"),
        ("a", "miss", "wood"),
        ("c", "false alarm", "wood"),
    ]
    for row in rows:
        assert (judged / "out" / row["sheet"]).is_file()


def test_a_submission_without_scores_is_refused(errors: Errors, judged: Path) -> None:
    (judged / "scores.csv").write_text("ImageId,answer\na,0\nb,0\nc,1\nd,0\n")
    code, said = errors(judged, "-o", judged / "out")
    assert code == 2
    assert "gyeol predict --scores" in said
    assert not (judged / "out").exists()


def test_a_missing_image_is_named_and_nothing_is_written(errors: Errors, judged: Path) -> None:
    (judged / "images/b.png").unlink()
    code, said = errors(judged, "-o", judged / "out")
    assert code == 2
    assert "no image b" in said
    assert not (judged / "out").exists()


def test_masks_that_are_not_there_are_named_when_asked_for(errors: Errors, judged: Path) -> None:
    code, said = errors(judged, "-o", judged / "out", "--masks", judged / "nowhere")
    assert code == 2
    assert "nowhere: no such folder" in said


def test_without_masks_the_pictures_have_no_outline(errors: Errors, judged: Path) -> None:
    (judged / "key/masks/a.png").unlink()
    (judged / "key/masks").rmdir()
    assert errors(judged, "-o", judged / "out")[0] == 0


def test_a_folder_with_something_in_it_is_left_alone(errors: Errors, judged: Path) -> None:
    code, said = errors(judged, "-o", judged)
    assert code != 0
    assert "empty" in said
    assert (judged / "scores.csv").is_file()
