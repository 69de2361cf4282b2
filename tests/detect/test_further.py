"""Going on from a model with what people said: what it has seen stays apart from what it has not."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gyeol.data.competition import read_competition
from gyeol.data.dataset import LabelledImage
from gyeol.detect import fit
from gyeol.detect.answers import Answers, Gathered, gather
from gyeol.detect.augment.batch import Sampler
from gyeol.detect.detector import Detector
from gyeol.detect.further import Continuation
from gyeol.detect.images import load_training_images
from gyeol.detect.record import model_card
from gyeol.detect.surfaces import Surface
from gyeol.errors import DataError, ModelError


def quiet(*_: object) -> None:
    pass


@pytest.fixture
def seen(folder: Path) -> list[Path]:
    """List the folder's images: four defects, then the normals."""
    return [image.path for image in read_competition(folder).train]


@pytest.fixture
def reviewed(tmp_path: Path, defect: Callable[..., Surface], texture: Callable[..., np.ndarray]) -> Answers:
    """Say of three new images that they are defects (one has a mask), of three that they are normal, of one nothing."""
    images = []
    for n in range(3):
        path, surface = tmp_path / f"defect{n}.png", defect(50 + n)
        Image.fromarray(surface.pixels).save(path)
        mask = tmp_path / f"mask{n}.png"
        Image.fromarray(surface.mask.astype(np.uint8) * 255).save(mask)
        images.append(LabelledImage(path, True, mask if n == 0 else None))
    for n in range(4):
        Image.fromarray(texture(300 + n)).save(tmp_path / f"normal{n}.png")
        images.append(LabelledImage(tmp_path / f"normal{n}.png", False))
    return Answers(tuple(images[:-1]), (images[-1].path,))


def gathered(folder: Path, fitted: Detector, answers: Answers) -> Gathered:
    return gather(read_competition(folder), answers, fitted.kinds_, fitted.config, fitted.record_, quiet)


def load_again(fitted: Detector, tmp_path: Path) -> Detector:
    fitted.save(tmp_path / "model")
    return Detector.load(tmp_path / "model")


def test_what_was_kept_out_stays_out_and_every_new_defect_is_scored_unseen(
    folder: Path, fitted: Detector, reviewed: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Sampler] = []

    class Noted(Sampler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            drawn.append(self)

    first = fit.Course(
        load_training_images(read_competition(folder), 1.0, fitted.config.seed, quiet),
        *(fitted.config, quiet, quiet, None),
    ).held_out
    monkeypatch.setattr(fit, "Sampler", Noted)
    parts = gathered(folder, fitted, reviewed)
    assert {each.pixels.tobytes() for each in parts.held_out} == {each.pixels.tobytes() for each in first}
    course = Continuation(parts, fitted.net_, fitted.backgrounds_, 24, fitted.config, quiet, quiet, None)
    result = course.run(resume=False)
    held = {id(surface) for surface in parts.held_out}
    unsure = np.asarray(Image.open(reviewed.unsure[0])).tobytes()
    learning = [each for each in drawn if each.seed == fitted.config.seed]
    assert len(learning) == len(set(course.folds[course.folds >= 0])) + 1
    for sampler in learning:
        assert held.isdisjoint(map(id, sampler.normals))
        assert set(map(id, parts.reviewed)) <= set(map(id, sampler.normals))
        assert unsure not in {each.pixels.tobytes() for each in (*sampler.normals, *sampler.defects)}
    new = {id(surface) for surface in parts.images.defects[4:]}
    assert course.folds[:4].tolist() == [-1] * 4, "the model has seen these"
    for fold, sampler in enumerate(learning[:-1]):
        scored = {id(parts.images.defects[n]) for n in np.flatnonzero(course.folds == fold)}
        assert scored
        assert scored <= new
        assert scored.isdisjoint(map(id, sampler.defects))
    assert len(learning[-1].defects) == 7
    before = {row["defect"]: row["calibrated"] for row in fitted.record_["defect_scores"]}
    assert {row["defect"]: row["calibrated"] for row in result.fold_scores[:4]} == before
    assert [row["defect"] for row in result.fold_scores] == list(range(7))


def test_the_answers_change_sides_and_copies_of_what_is_kept_out_are_left(
    folder: Path, fitted: Detector, reviewed: Answers, tmp_path: Path
) -> None:
    plain = gathered(folder, fitted, reviewed)
    assert plain.told | {"answers": ""} == {
        **{"defects": 3, "masks": 1, "normals": 3, "overruled": 0, "unsure": 1, "copies": 0, "answers": ""}
    }
    kept = tmp_path / "kept.png"  # a turned copy of a normal that calibrates
    Image.fromarray(np.rot90(plain.held_out[0].pixels).copy()).save(kept)
    learnt = tmp_path / "learnt.png"
    Image.fromarray(plain.training[0].pixels[::-1].copy()).save(learnt)
    defects = [tmp_path / f"seen{n}.png" for n in range(3)]
    for n, path in enumerate(defects):
        Image.fromarray(plain.images.defects[n].pixels).save(path)
    answers = Answers(
        (
            LabelledImage(kept, False),
            LabelledImage(learnt, True),
            LabelledImage(defects[0], False),
            LabelledImage(defects[1], True),
        ),
        (defects[2],),
    )
    parts = gathered(folder, fitted, answers)
    assert parts.told["copies"] == 2
    assert parts.told["overruled"] == 3
    assert len(parts.held_out) == len(plain.held_out)
    assert len(parts.training) == len(plain.training) - 1
    pixels = [each.pixels.tobytes() for each in parts.images.defects]
    assert pixels[0] == plain.images.defects[1].pixels.tobytes()
    assert plain.images.defects[2].pixels.tobytes() not in pixels, "somebody is unsure of it"
    assert len(parts.images.defects) == 3
    assert [each.pixels.tobytes() for each in parts.reviewed] == [plain.images.defects[0].pixels.tobytes()]


def test_of_copies_with_different_answers_nothing_is_learnt(
    folder: Path, fitted: Detector, reviewed: Answers, tmp_path: Path
) -> None:
    turned = tmp_path / "turned.png"
    Image.fromarray(np.rot90(np.asarray(Image.open(reviewed.images[0].path))).copy()).save(turned)
    answers = Answers((*reviewed.images, LabelledImage(turned, False)), reviewed.unsure)
    told = gathered(folder, fitted, answers).told
    assert (told["defects"], told["normals"], told["unsure"]) == (2, 3, 2)


def test_another_folder_and_answers_without_news_are_refused(
    folder: Path, fitted: Detector, reviewed: Answers, seen: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    next((other / "train/normal_images").iterdir()).unlink()
    with pytest.raises(ModelError, match="not the folder that the model was trained on"):
        gathered(other, fitted, reviewed)
    for answers in (Answers((LabelledImage(seen[0], True), LabelledImage(seen[4], False))), Answers(())):
        with pytest.raises(DataError, match="nothing"):
            gathered(folder, fitted, answers)


def test_a_stopped_continuation_goes_on_to_the_same_and_only_with_the_same_answers(
    folder: Path, fitted: Detector, reviewed: Answers, tmp_path: Path
) -> None:
    def go_on(answers: Answers, state: Path | None, resume: bool = False, report: Any = quiet) -> Detector:
        detector = load_again(fitted, tmp_path)
        options: dict[str, Any] = {"state": state, "resume": resume, "report": report}
        return detector.partial_fit(folder, answers, steps=20, **options)

    def interrupt(now: Any) -> None:
        if (now.phase, now.step) == ("fold 2", 2):
            signal.raise_signal(signal.SIGINT)

    whole = go_on(reviewed, None)
    state = tmp_path / "state"
    with pytest.raises(KeyboardInterrupt):
        go_on(reviewed, state, report=interrupt)
    with pytest.raises(ModelError, match="other answers"):
        go_on(replace(reviewed, unsure=()), state, resume=True)
    again = go_on(reviewed, state, resume=True)
    assert again.threshold_ == whole.threshold_
    assert again.record_["defect_scores"] == whole.record_["defect_scores"]


def test_the_card_says_from_what_it_came_and_a_second_review_builds_on_the_first(
    folder: Path, fitted: Detector, reviewed: Answers, tmp_path: Path, defect: Callable[..., Surface]
) -> None:
    detector = load_again(fitted, tmp_path)
    name, before = detector.model_, detector.net_.state_dict()
    detector.partial_fit(folder, reviewed, steps=20)
    assert any((value != before[key]).any() for key, value in detector.net_.state_dict().items())
    told = detector.record_["from"]
    assert (told["model"], told["steps"], told["defects"]) == (name, 24, 3)
    card = model_card(detector.threshold_, detector.record_)
    assert name in card
    assert "3 defects (1 with a drawn mask) and 3 normals; 1 unsure" in card
    assert "Went on from" not in model_card(fitted.threshold_, fitted.record_)
    assert detector.record_["normals_learnt"] == fitted.record_["normals_learnt"] + 3
    detector.save(tmp_path / "second")
    Image.fromarray(defect(90).pixels).save(tmp_path / "more.png")
    more = Answers((*reviewed.images, LabelledImage(tmp_path / "more.png", True)), reviewed.unsure)
    second = Detector.load(tmp_path / "second")
    third = Detector.load(tmp_path / "second").partial_fit(folder, more, steps=20)
    scores = [row["calibrated"] for row in third.record_["defect_scores"]]
    assert scores[:7] == [row["calibrated"] for row in second.record_["defect_scores"]], (
        "seen, so not scored again"
    )
    assert len(scores) == 8
    assert third.record_["from"]["steps"] == 24, "of the very first training"
    with pytest.raises(ModelError, match="seed"):
        second.partial_fit(folder, more, seed=9)
