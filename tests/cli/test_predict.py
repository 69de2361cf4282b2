from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Predict = Callable[..., tuple[Any, str]]


@pytest.fixture
def predict(gyeol: Callable[..., tuple[Any, str, str]]) -> Predict:
    """Call `gyeol predict`; give its exit code and what it said on stderr."""

    def call(*arguments: object) -> tuple[Any, str]:
        code, out, err = gyeol("predict", *arguments)
        assert out == ""
        return code, err

    return call


def assert_refused(result: tuple[Any, str], said: str) -> None:
    code, err = result
    assert code == 2, err
    assert err.count("\n") == 1, err
    assert err.startswith("gyeol: ")
    assert said in err


def test_the_submission_has_the_samples_rows_and_order(
    predict: Predict, model: Path, competition: Path, tmp_path: Path
) -> None:
    sample = competition / "test/sample_submission.csv"
    sample.write_text("ImageId,answer\ntest_2,0\ntest_0,0\ntest_1,0\n")
    code, err = predict(
        model, competition, "-o", tmp_path / "s.csv", "--scores", tmp_path / "scores.csv",
        "--heatmaps", tmp_path / "pictures", "--raw-heatmaps", tmp_path / "raw",
    )  # fmt: skip
    assert code == 0, err
    rows = list(csv.reader((tmp_path / "s.csv").open(newline="")))
    assert [row[0] for row in rows] == ["ImageId", "test_2", "test_0", "test_1"]
    scores = list(csv.DictReader((tmp_path / "scores.csv").open(newline="")))
    assert [row["ImageId"] for row in scores] == ["test_2", "test_0", "test_1"]
    assert [row["answer"] for row in scores] == [row[1] for row in rows[1:]]
    assert [int(float(row["score"]) > 1.0) for row in scores] == [int(row["answer"]) for row in scores]
    for folder in ("pictures", "raw"):
        assert {p.name for p in (tmp_path / folder).iterdir()} == {f"test_{i}.png" for i in range(3)}
    assert "3 images" in err


def test_without_a_sample_the_rows_are_sorted_names(
    predict: Predict, model: Path, png: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("b 1.png", "a.1.png", "결함.png"):
        png(tmp_path / "images" / name)
    assert predict(model, tmp_path / "images", "-o", tmp_path / "s.csv")[0] == 0
    ids = [line.split(",")[0] for line in (tmp_path / "s.csv").read_text().splitlines()]
    assert ids == ["ImageId", "a.1", "b 1", "결함"]


def test_one_image_is_a_row_whatever_its_form(predict: Predict, model: Path, tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(60, 200, (70, 93), dtype=np.uint8)
    for name, image in (
        ("deep.png", Image.fromarray(grey.astype(np.uint16) * 257)),
        ("clear.png", Image.fromarray(grey).convert("RGBA")),
        ("palette.png", Image.fromarray(grey).convert("P")),
    ):
        image.save(tmp_path / name)
        assert predict(model, tmp_path / name, "-o", tmp_path / "s.csv")[0] == 0
        assert (tmp_path / "s.csv").read_text().splitlines()[1].startswith(name[:-4])


@pytest.mark.parametrize(("ids", "said"), [(["test_0"], "2 images are not in it"), (["test_9"], "no image")])
def test_a_sample_with_other_ids_is_refused(
    predict: Predict, model: Path, competition: Path, tmp_path: Path, ids: list[str], said: str
) -> None:
    (competition / "test/sample_submission.csv").write_text(
        "".join(f"{row}\n" for row in ["ImageId,answer", *(f"{name},0" for name in ids)])
    )
    assert_refused(predict(model, competition, "-o", tmp_path / "s.csv"), said)
    assert not (tmp_path / "s.csv").exists()


def test_an_unreadable_image_stops_or_is_answered_as_asked(
    predict: Predict, model: Path, competition: Path, tmp_path: Path
) -> None:
    (competition / "test/images/test_1.png").write_bytes(b"not a picture")
    (tmp_path / "s.csv").write_text("old")
    arguments = (model, competition, "-o", tmp_path / "s.csv", "--heatmaps", tmp_path / "pictures")
    assert_refused(predict(*arguments), "test_1.png")
    assert (tmp_path / "s.csv").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"comp", "s.csv"}
    for answer in ("defect", "normal"):
        code, err = predict(*arguments[:4], "--unreadable", answer)
        assert code == 0
        assert f"could not be read; they are answered '{answer}'" in err
        assert f"test_1,{int(answer == 'defect')}" in (tmp_path / "s.csv").read_text()


def test_what_is_missing_is_one_line(
    predict: Predict, model: Path, competition: Path, tmp_path: Path
) -> None:
    output = ("-o", tmp_path / "s.csv")
    (tmp_path / "empty").mkdir()
    assert_refused(predict(tmp_path / "none", competition, *output), "no model at")
    assert_refused(predict(competition, competition, *output), "not a gyeol model")
    assert_refused(predict(model, tmp_path / "none", *output), "no such file or folder")
    assert_refused(predict(model, tmp_path / "empty", *output), "no images")
    assert {path.name for path in tmp_path.iterdir()} == {"comp", "empty"}


def test_an_output_that_cannot_be_written_is_one_line(
    predict: Predict, model: Path, competition: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    sample = competition / "test/sample_submission.csv"
    before = sample.read_text()
    assert_refused(predict(model, competition, "-o", tmp_path), "is a folder")
    assert_refused(predict(model, competition, "-o", file / "s.csv"), "cannot write")
    assert_refused(predict(model, competition, "-o", sample), "sample")
    assert_refused(predict(model, competition, "-o", "s", "--scores", "s"), "twice")
    assert_refused(
        predict(model, competition, "-o", tmp_path / "s", "--heatmaps", competition / "test"), "not empty"
    )
    assert sample.read_text() == before
    assert {path.name for path in tmp_path.iterdir()} == {"comp", "file"}


def test_a_full_disk_is_one_line_and_keeps_the_old_answers(
    predict: Predict, model: Path, competition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.csv").write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert_refused(
        predict(model, competition, "-o", tmp_path / "s.csv", "--scores", tmp_path / "scores.csv"),
        "No space left",
    )
    assert {path.name for path in tmp_path.iterdir()} == {"comp", "s.csv"}
    assert (tmp_path / "s.csv").read_text() == "old"
