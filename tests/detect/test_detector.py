from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.layouts import read_training_data
from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.images import load_training_images
from gyeol.detect.surfaces import Surface
from gyeol.detect.together import Group
from gyeol.detect.verdict import Verdict
from gyeol.errors import DataError, ModelError


def test_a_verdict_is_of_one_piece(fitted: Detector, texture: Callable[..., np.ndarray]) -> None:
    pixels = texture(60, shape=(90, 75))
    verdict = fitted.judge(pixels)
    assert isinstance(verdict, Verdict)
    assert verdict.answer == int(verdict.score > fitted.threshold_)
    assert verdict.heat.shape == pixels.shape
    assert verdict.heat.dtype == np.float32
    assert verdict.score <= verdict.heat.max() + 1e-4, "the score is a mean of what the heat map shows"
    assert verdict.distance > 0


def test_predict_score_and_judge_agree(
    fitted: Detector, texture: Callable[..., np.ndarray], defect: Callable[..., Surface]
) -> None:
    images = [texture(60), defect(70).pixels, texture(61, shape=(64, 100))]
    verdicts = [fitted.judge(image) for image in images]
    np.testing.assert_array_equal(fitted.score_samples(images), [v.score for v in verdicts])
    np.testing.assert_array_equal(fitted.predict(iter(images)), [v.answer for v in verdicts])
    backwards = fitted.score_samples(images[::-1])[::-1]
    np.testing.assert_array_equal(backwards, [v.score for v in verdicts], "the others do not matter")
    assert fitted.predict([]).shape == (0,)


def test_an_image_that_is_a_view_is_judged_like_its_copy(
    fitted: Detector, texture: Callable[..., np.ndarray]
) -> None:
    pixels = texture(60, shape=(80, 80))
    for view in (pixels[:, ::-1], pixels.T, pixels[::-1], np.asfortranarray(pixels)):
        assert fitted.judge(view).score == pytest.approx(fitted.judge(view.copy(order="C")).score, abs=1e-5)
    pixels.setflags(write=False)
    fitted.judge(pixels)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.float32), np.zeros(64, np.uint8)],
    ids=["colour", "float", "one row"],
)
def test_what_is_no_grey_image_is_refused(fitted: Detector, pixels: np.ndarray) -> None:
    with pytest.raises(ModelError, match="uint8"):
        fitted.judge(pixels)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_constant_image_has_a_finite_score(fitted: Detector, value: int) -> None:
    verdict = fitted.judge(np.full((64, 64), value, np.uint8))
    assert np.isfinite(verdict.score)
    assert np.isfinite(verdict.heat).all()


def test_an_unlearnt_detector_says_so(texture: Callable[..., np.ndarray]) -> None:
    with pytest.raises(ModelError, match="call fit"):
        Detector().predict([texture(0)])


def test_settings_take_precedence() -> None:
    assert Detector(Config(seed=1, folds=4), seed=2).config == Config(seed=2, folds=4)
    with pytest.raises(TypeError):
        Detector(colour="red")


def test_the_record_says_what_to_expect(fitted: Detector) -> None:
    record = fitted.record_
    assert record["external_data"] is False
    assert record["steps"] == 24
    low, high = record["estimate"]["interval"]
    assert 0 <= low <= high <= 1
    assert len(record["defect_scores"]) == 4
    assert record["normal_scores"] == sorted(record["normal_scores"])


def test_reading_and_steps_are_reported(folder: Path, small: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, said, steps = [], [], []

    def stop(now: object) -> None:
        steps.append(now)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Detector(small).fit(str(folder), loading=lambda *n: loaded.append(n), say=said.append, report=stop)
    assert loaded[-1] == (18, 18)
    assert any("kinds of texture" in text for text in said)
    assert len(steps) == 1


def test_a_folder_without_defects_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train" / "defect_images").mkdir(parents=True)
    (tmp_path / "train" / "normal_images").mkdir()
    with pytest.raises(DataError, match="no images"):
        Detector().fit(tmp_path)


def test_normals_beyond_the_memory_are_left_out_and_it_is_said(
    folder: Path, small: Config, tmp_path: Path, texture: Callable[..., np.ndarray]
) -> None:
    shutil.copytree(folder, tmp_path / "many")
    for number in range(86):
        Image.fromarray(texture(number)).save(tmp_path / f"many/train/normal_images/more{number}.png")
    said: list[str] = []
    detector = Detector(replace(small, memory_gib=30 * 80 * 72 / 2**30))
    dataset = read_training_data(tmp_path / "many")
    course = detector._prepare(
        lambda: load_training_images(dataset, detector.config.memory_gib, 0, print),
        Group(),
        None,
        print,
        said.append,
    )
    assert len(course.images.defects) == 4
    assert len(course.images.normals) == 60, "read 64 at a time"
    assert "60 normals, drawn at random, fill" in said[-1]
    assert "40 are left out" in said[-1]
