from __future__ import annotations

import copy
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gyeol.detect import fit
from gyeol.detect.augment.batch import Sampler
from gyeol.detect.config import Config
from gyeol.detect.fit import Course, recipes
from gyeol.detect.fitted import Fitted
from gyeol.detect.held_out import split_normals
from gyeol.detect.images import TrainingImages
from gyeol.detect.levels import Levels
from gyeol.detect.surfaces import Surface
from gyeol.detect.trainer import Learner, Phase, Progress
from gyeol.errors import DataError, ModelError

Images = Callable[..., TrainingImages]


def quiet(*_: object) -> None:
    pass


def train(
    images: TrainingImages,
    config: Config,
    state: Path | None = None,
    resume: bool = False,
    report: Callable[[Progress], None] = quiet,
) -> Fitted:
    return Course(images, config, report, quiet, state).run(resume)


def interrupt_at(phase: str, step: int) -> Callable[[Progress], None]:
    def report(now: Progress) -> None:
        if (now.phase, now.step) == (phase, step):
            signal.raise_signal(signal.SIGINT)

    return report


def assert_same(one: Fitted, other: Fitted) -> None:
    for name, value in one.net.state_dict().items():
        assert torch.equal(value, other.net.state_dict()[name]), name
    np.testing.assert_array_equal(one.calibration.centre, other.calibration.centre)
    np.testing.assert_array_equal(one.calibration.scale, other.calibration.scale)
    np.testing.assert_array_equal(one.normal_scores, other.normal_scores)
    assert one.fold_scores == other.fold_scores
    assert one.choice == other.choice


@pytest.fixture(scope="module")
def whole(images: Images, small: Config) -> Fitted:
    """Train without a stop."""
    return train(images(), small)


def test_the_same_seed_gives_the_same_detector(images: Images, small: Config, whole: Fitted) -> None:
    assert_same(whole, train(images(), small))


@pytest.mark.parametrize(
    ("phase", "step", "next_one"),
    [
        ("trunk", 4, ("trunk", 5)),
        ("fold 1", 5, ("fold 2", 1)),
        ("fold 2", 2, ("fold 2", 3)),
        ("fold 2", 5, ("final", 1)),
        ("final", 3, ("final", 4)),
    ],
)
def test_a_stopped_training_goes_on_to_the_same_detector(
    images: Images,
    small: Config,
    whole: Fitted,
    tmp_path: Path,
    phase: str,
    step: int,
    next_one: tuple[str, int],
) -> None:
    state = tmp_path / "state"
    with pytest.raises(KeyboardInterrupt):
        train(images(), small, state, report=interrupt_at(phase, step))
    told: list[Progress] = []
    resumed = train(images(), replace(small, steps=None), state, resume=True, report=told.append)
    assert (told[0].phase, told[0].step) == next_one
    assert_same(whole, resumed)


def test_folds_start_from_the_trunk_and_the_last_fine_tuning_from_the_last_fold(
    images: Images, small: Config
) -> None:
    started: dict[str, dict[str, torch.Tensor]] = {}
    ended: dict[str, dict[str, torch.Tensor]] = {}

    class Noted(Course):
        def _run(self, phase: Phase, *arguments: Any) -> None:
            started[phase.name] = copy.deepcopy(self.learner.net.state_dict())
            super()._run(phase, *arguments)
            ended[phase.name] = copy.deepcopy(self.learner.net.state_dict())

    Noted(images(), small, quiet, quiet, None).run(resume=False)
    assert list(started) == ["trunk", "fold 1", "fold 2", "final"]
    for phase, former in (("fold 1", "trunk"), ("fold 2", "trunk"), ("final", "fold 2")):
        for name, value in started[phase].items():
            assert torch.equal(value, ended[former][name]), (phase, name)


def test_the_best_weights_survive_a_stop_after_which_none_are_better(
    images: Images, small: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Learner, "loss_on", lambda self, _: float(self.taken))  # the first look is the best
    config, state = replace(small, steps=60), tmp_path / "state"
    whole = train(images(), config)
    with pytest.raises(KeyboardInterrupt):
        train(images(), config, state, report=interrupt_at("final", 6))
    assert_same(whole, train(images(), config, state, resume=True))


def test_a_state_of_another_run_is_refused(images: Images, small: Config, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with pytest.raises(KeyboardInterrupt):
        train(images(), small, state, report=interrupt_at("trunk", 1))
    for config, made, match in (
        (replace(small, seed=1), images(), "other seed"),
        (replace(small, widths=(8, 8, 8)), images(), "other widths"),
        (replace(small, steps=30), images(), "24 steps, not 30"),
        (small, images(normals=13), "other images"),
    ):
        with pytest.raises(ModelError, match=match):
            train(made, config, state, resume=True)
    state.write_bytes(b"rubbish")
    with pytest.raises(ModelError, match="no state"):
        train(images(), small, state, resume=True)


def test_resuming_without_a_state_starts_anew(
    images: Images, small: Config, whole: Fitted, tmp_path: Path
) -> None:
    assert_same(whole, train(images(), small, tmp_path / "none", resume=True))


def test_no_model_scores_a_defect_or_a_normal_that_it_learnt_from(
    images: Images, small: Config, defect: Callable[..., Surface], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [defect(i) for i in range(4)]
    copies = [Surface(np.rot90(s.pixels).copy(), mask=np.rot90(s.mask).copy()) for s in plain[:2]]
    made = images(defects=[*plain, *copies])
    drawn: list[Sampler] = []

    class Noted(Sampler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            drawn.append(self)

    monkeypatch.setattr(fit, "Sampler", Noted)
    course = Course(made, small, quiet, quiet, None)
    assert course.folds[4] == course.folds[0], "a copy is in the fold of its source"
    assert course.folds[5] == course.folds[1]
    assert set(course.folds) == {0, 1}
    held = {id(surface) for surface in course.held_out}
    assert held
    assert not held & {id(surface) for surface in course.training}
    result = course.run(resume=False)
    learning = [each for each in drawn if each.seed == small.seed]
    looking = [each for each in drawn if each.seed != small.seed]
    assert all(held.isdisjoint(map(id, each.normals)) for each in learning)
    assert all(held.issuperset(map(id, each.normals)) for each in looking)
    assert not learning[0].defects, "the trunk sees no defect"
    assert len(learning[-1].defects) == 6, "the last model sees all"
    for fold, parts in ((0, (learning[1], looking[1])), (1, (learning[2], looking[2]))):
        scored = {id(made.defects[row["defect"]]) for row in result.fold_scores if row["fold"] == fold}
        assert scored == {id(made.defects[n]) for n in np.flatnonzero(course.folds == fold)}
        for part in parts:
            assert scored.isdisjoint(map(id, part.defects))
    assert sorted(row["defect"] for row in result.fold_scores) == list(range(6))


def test_defects_without_a_mask_get_one(images: Images, small: Config) -> None:
    made = images()
    assert made.defects[1].mask is None
    train(made, small)
    for surface in made.defects:
        assert surface.mask is not None
        assert surface.mask.shape == surface.pixels.shape
        assert 0 < surface.mask.mean() < 0.5


def test_one_defect_is_refused_however_often_it_is_there(
    images: Images, small: Config, defect: Callable[..., Surface]
) -> None:
    one = defect(0)
    for defects in ([one], [one, Surface(np.flipud(one.pixels).copy(), mask=np.flipud(one.mask).copy())]):
        with pytest.raises(DataError, match="at least two different"):
            Course(images(defects=defects), small, quiet, quiet, None)


def test_fewer_defects_than_folds_make_fewer_folds(images: Images, small: Config) -> None:
    course = Course(images(), replace(small, folds=10), quiet, quiet, None)
    assert sorted(course.folds.tolist()) == [0, 1, 2, 3]


def test_the_record_tells_what_was_done(whole: Fitted) -> None:
    assert whole.record["steps"] == 24
    assert whole.record["defects"] == 4
    assert whole.record["normals_learnt"] + whole.record["normals_held_out"] == 14
    assert len(whole.normal_scores) == 14  # with those that were learnt from
    assert whole.history.rows
    assert not whole.net.training


def test_minutes_are_turned_into_steps(images: Images, small: Config) -> None:
    course = Course(images(), replace(small, steps=None, minutes=1e-9), quiet, quiet, None)
    assert course.count_steps() == 20
    course = Course(images(), replace(small, steps=None, minutes=1.0), quiet, quiet, None)
    assert course.count_steps() > 60
    assert course.learner.taken == 0, "measuring teaches nothing"


def test_a_moment_of_other_work_does_not_cut_the_steps(
    images: Images, small: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(images(), replace(small, steps=None, minutes=10.0), quiet, quiet, None)
    now, taken = 0.0, 0

    def step(*_: object) -> None:
        nonlocal now, taken
        taken += 1
        now += 30.0 if 10 <= taken < 20 else 1.0  # a third of the steps wait for other work

    monkeypatch.setattr(fit.time, "monotonic", lambda: now)
    monkeypatch.setattr(fit.Learner, "step", step)
    assert course.count_steps() == 600


def test_a_machine_that_becomes_slower_gets_fewer_steps_not_more_time(
    images: Images, small: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(images(), replace(small, steps=None, minutes=10.0), quiet, quiet, None)
    now, steps, step = 0.0, 0, fit.Learner.step

    def slower(learner: fit.Learner, *words: Any) -> Any:
        nonlocal now, steps
        steps += 1
        now += 5.0 if steps <= fit.TIMED else 15.0
        return step(learner, *words)

    monkeypatch.setattr(fit.time, "monotonic", lambda: now)  # of all modules: they share it
    monkeypatch.setattr(fit.Learner, "step", slower)
    fitted = course.run(resume=False)
    assert fitted.record["steps"] == steps - fit.TIMED < 120
    assert fitted.record["seconds"] - 5.0 * fit.TIMED < 1.25 * 600


def test_normals_are_held_out_of_every_kind(texture: Callable[..., np.ndarray]) -> None:
    normals = [Surface(texture(i), kind=int(i >= 30)) for i in range(40)]
    learnt, held = split_normals(normals, seed=0)
    assert len(learnt) + len(held) == 40
    assert not {id(s) for s in learnt} & {id(s) for s in held}
    assert {s.kind for s in held} == {0, 1}
    assert 4 <= len(held) <= 8
    again = split_normals(normals, seed=0)
    assert [id(s) for s in again[1]] == [id(s) for s in held]


def relit(pixels: np.ndarray, number: int) -> np.ndarray:
    """Photograph a piece again: darker or brighter, with other contrast, light from the side, and noise."""
    rng = np.random.default_rng(number)
    slope = np.linspace(-1, 1, pixels.shape[1]) * rng.uniform(-15, 15)
    changed = 128 + (pixels - 128.0) * rng.uniform(0.7, 1.1) + rng.uniform(-20, 20) + slope
    return np.clip(changed + rng.normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)


def test_pictures_of_one_piece_lie_on_one_side(texture: Callable[..., np.ndarray]) -> None:
    pieces = [texture(i, (128, 160)) for i in range(20)]
    normals = [Surface(relit(pieces[n % 20], n), kind=int(n % 20 >= 15)) for n in range(60)]
    learnt, held = split_normals(normals, seed=0)
    where = {id(surface): number % 20 for number, surface in enumerate(normals)}
    assert not {where[id(s)] for s in learnt} & {where[id(s)] for s in held}
    assert len(learnt) + len(held) == 60
    assert 8 <= len(held) <= 16
    assert {s.kind for s in held} == {0, 1}


def test_a_single_piece_is_divided_all_the_same(texture: Callable[..., np.ndarray]) -> None:
    piece = texture(0, (128, 160))
    learnt, held = split_normals([Surface(relit(piece, n)) for n in range(20)], seed=0)
    assert len(held) == 3
    assert len(learnt) == 17


@pytest.mark.parametrize("count", [1, 2, 3])
def test_with_a_normal_or_two_something_is_learnt_from_and_something_calibrated(
    texture: Callable[..., np.ndarray], count: int
) -> None:
    learnt, held = split_normals([Surface(texture(i), kind=i) for i in range(count)], seed=0)
    assert learnt
    assert held


def test_crops_fit_the_images(small: Config) -> None:
    config = replace(small, size=256, enlarge=1)
    assert recipes(config, [(512, 512)])[0].size == 256
    assert recipes(config, [(512, 512)])[0].real == 0
    assert recipes(config, [(150, 600), (140, 900), (130, 700)])[0].size == 128
    assert recipes(config, [(64, 64)])[1].size == 64


def test_small_images_are_enlarged() -> None:
    shown = [recipes(Config(), [(side, 900)])[0] for side in (64, 150, 383, 384, 2000)]
    assert [each.enlarge for each in shown] == [2, 2, 2, 1, 1]
    assert [each.size for each in shown] == [128, 256, 256, 128, 128], "as much of the image in all"
    assert recipes(Config(enlarge=4), [(2000, 900)])[1].enlarge == 4


def test_the_levels_found_hold_for_normals_defects_and_whatever_is_judged(
    images: Images, small: Config, whole: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubled(
        rows: list[dict[str, Any]], normals: np.ndarray, kinds: int, prevalence: float | None
    ) -> Levels:
        np.testing.assert_allclose(np.sort(normals), np.sort(whole.normal_scores))
        return Levels(np.full(kinds, 2.0), np.array([row["calibrated"] for row in rows]) / 4)

    monkeypatch.setattr(fit, "levels_of", doubled)
    made = train(images(), small)
    np.testing.assert_array_equal(made.calibration.scale, 2 * whole.calibration.scale)
    np.testing.assert_array_equal(made.calibration.centre, whole.calibration.centre)
    np.testing.assert_allclose(made.normal_scores, whole.normal_scores / 2)
    for row, usual in zip(made.fold_scores, whole.fold_scores, strict=True):
        assert row["calibrated"] == usual["calibrated"]
        assert row["score"] == usual["calibrated"] / 4
    assert made.choice.threshold != whole.choice.threshold
    assert set(made.record["levels"]) == {2.0}


def test_the_unseen_defects_are_raised_by_what_the_model_gains_over_its_folds(
    images: Images, small: Config, whole: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[list[dict[str, Any]], NDArray[np.float64]]] = []

    def halved(rows: list[dict[str, Any]], own: NDArray[np.float64]) -> float:
        told.append((rows, own))
        return -0.5

    monkeypatch.setattr(fit, "gain_of", halved)
    made = train(images(), small)
    ((rows, own),) = told
    assert len(own) == 4
    assert sorted((row["defect"], row["fold"]) for row in rows) == [
        (d, f) for d in range(4) for f in range(2)
    ]
    unseen = {row["defect"]: row for row in rows if not row["learnt"]}
    assert sorted(unseen) == [0, 1, 2, 3]
    for row, usual in zip(made.fold_scores, whole.fold_scores, strict=True):
        assert (row["defect"], row["fold"]) == (usual["defect"], usual["fold"])
        assert row["fold"] == unseen[row["defect"]]["fold"]
        assert np.arcsinh(row["calibrated"]) == pytest.approx(
            np.arcsinh(unseen[row["defect"]]["calibrated"]) - 0.5
        )
    assert made.record["gain"] == pytest.approx(np.exp(-0.5), abs=0.001)


@pytest.mark.parametrize(("threshold", "missed"), [(-1e6, 0), (1e6, 4)])
def test_defects_that_were_learnt_from_in_vain_are_counted(
    images: Images, small: Config, monkeypatch: pytest.MonkeyPatch, threshold: float, missed: int
) -> None:
    usual = fit.choose_threshold

    def elsewhere(*given: Any, **named: Any) -> Any:
        return replace(usual(*given, **named), threshold=threshold)

    monkeypatch.setattr(fit, "choose_threshold", elsewhere)
    assert train(images(), small).record["not_learnt"] == missed
