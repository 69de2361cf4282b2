from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gyeol.detect.augment.batch import Batch, Recipe, Sampler
from gyeol.detect.config import Config
from gyeol.detect.images import TrainingImages
from gyeol.detect.network import STRIDE
from gyeol.detect.state import load_state, save_state
from gyeol.detect.trainer import (
    WARM_UP,
    History,
    Learner,
    Phase,
    Progress,
    Watch,
    learning_rate,
    postponed_interrupt,
    prefetched,
    run_phase,
)
from gyeol.errors import ModelError

RECIPE = Recipe(crops=4, size=64)
PHASE = Phase("trunk", 8, RECIPE, decay=True)


def quiet(_: Progress) -> None:
    pass


def weights(learner: Learner) -> dict[str, torch.Tensor]:
    return {
        f"{part} {k}": v
        for part, m in (("net", learner.net), ("average", learner.average))
        for k, v in m.state_dict().items()
    }


def assert_equal(one: Learner, other: Learner) -> None:
    for name, value in weights(one).items():
        assert torch.equal(value, weights(other)[name]), name


@pytest.fixture(scope="module")
def sampler(images: Callable[..., TrainingImages]) -> Sampler:
    return Sampler(images(normals=4).normals, [], seed=0)


class Scripted(Watch):
    """A watch whose losses are given."""

    def __init__(self, losses: list[float], every: int = 1, patience: int | None = None) -> None:
        super().__init__([], every, patience)
        self.losses = iter(losses)

    def look(self, learner: Learner, done: int, history: History | None) -> bool:
        loss = next(self.losses)
        learner.loss_on = lambda _: loss  # type: ignore[method-assign]
        return super().look(learner, done, history)


def test_the_same_seed_gives_the_same_weights_and_another_does_not(sampler: Sampler, small: Config) -> None:
    learners = [Learner(replace(small, seed=seed)) for seed in (0, 0, 1)]
    for learner in learners:
        run_phase(learner, sampler, PHASE, quiet)
    assert_equal(learners[0], learners[1])
    assert any(not torch.equal(v, weights(learners[2])[k]) for k, v in weights(learners[0]).items())


def test_training_makes_the_loss_small(sampler: Sampler, small: Config) -> None:
    learner = Learner(small)
    fixed = [sampler.batch(0, RECIPE)]
    before = learner.loss_on(fixed)
    for _ in range(40):
        learner.step(fixed[0], 1.0)
    assert learner.loss_on(fixed) < 0.8 * before


def test_a_learner_restored_goes_on_as_before(sampler: Sampler, small: Config, tmp_path: Path) -> None:
    learner = Learner(small)
    run_phase(learner, sampler, PHASE, quiet)
    save_state(tmp_path / "state", learner.state())
    other = Learner(replace(small, seed=9))
    other.restore(load_state(tmp_path / "state"))
    assert_equal(learner, other)
    for each in (learner, other):
        each.step(sampler.batch(99, RECIPE), 0.5)
    assert_equal(learner, other)


def test_a_state_does_not_change_with_what_is_learnt_later(sampler: Sampler, small: Config) -> None:
    learner = Learner(small)
    state = learner.state()
    kept = {name: value.clone() for name, value in state["net"].items()}
    learner.step(sampler.batch(0, RECIPE), 1.0)
    assert all(torch.equal(state["net"][name], value) for name, value in kept.items())


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x03\x04 half of one", b"\x80\x02]q\x00."])
def test_a_damaged_state_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="without --resume"):
        load_state(path)


@pytest.mark.parametrize("content", [{}, {"form": 1}])
def test_a_state_of_another_version_is_refused(tmp_path: Path, content: dict[str, int]) -> None:
    torch.save(content, tmp_path / "state")
    with pytest.raises(ModelError, match="another version of gyeol"):
        load_state(tmp_path / "state")


def test_nothing_in_a_state_is_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path / 'owned'}",)

    torch.save({"learner": Evil()}, tmp_path / "state")
    with pytest.raises(ModelError):
        load_state(tmp_path / "state")
    assert not (tmp_path / "owned").exists()


def test_the_best_look_is_kept(sampler: Sampler, small: Config) -> None:
    learner, seen = Learner(small), []
    watch = Scripted([5, 3, 4, 2, 6, 7, 8, 9])
    noted = watch.look

    def look(learner: Learner, done: int, history: History | None) -> bool:
        seen.append({k: v.clone() for k, v in learner.average.state_dict().items()})
        return noted(learner, done, history)

    watch.look = look  # type: ignore[method-assign]
    assert run_phase(learner, sampler, PHASE, quiet, watch=watch) == 8
    assert (watch.best_loss, watch.best_step) == (2, 4)
    for name, value in watch.best_weights.items():
        assert torch.equal(value, seen[3][name])
    assert not torch.equal(watch.best_weights["logit.bias"], learner.average.state_dict()["logit.bias"])


def test_a_phase_stops_early_when_nothing_is_gained(sampler: Sampler, small: Config) -> None:
    assert (
        run_phase(Learner(small), sampler, PHASE, quiet, watch=Scripted([5, 3, 4, 4, 4, 4], patience=3)) == 5
    )
    looks = Scripted([5, 4, 3, 2], every=2, patience=2)
    assert run_phase(Learner(small), sampler, PHASE, quiet, watch=looks) == 8, "every look was better"


def test_a_watch_remembers_over_a_stop(sampler: Sampler, small: Config) -> None:
    watch = Scripted([3, 5])
    run_phase(Learner(small), sampler, replace(PHASE, steps=2), quiet, watch=watch)
    again = Watch([], 1)
    again.restore(watch.state())
    assert (again.best_loss, again.best_step) == (3, 1)
    assert torch.equal(again.best_weights["logit.bias"], watch.best_weights["logit.bias"])


def test_history_and_progress_tell_of_every_step(sampler: Sampler, small: Config) -> None:
    told: list[Progress] = []
    history = History()
    run_phase(Learner(small), sampler, replace(PHASE, steps=20), told.append, history=history)
    assert [now.step for now in told] == list(range(1, 21))
    assert {(now.phase, now.steps, now.crops) for now in told} == {("trunk", 20, 4)}
    assert all(math.isfinite(now.loss) and now.crops_per_second > 0 for now in told)
    assert [row["step"] for row in history.rows] == [20]


def test_a_validation_is_told_with_its_step(sampler: Sampler, small: Config) -> None:
    told: list[Progress] = []
    learner = Learner(small)
    learner.taken = 100
    watch = Watch([sampler.batch(50, RECIPE)], every=3)
    run_phase(learner, sampler, replace(PHASE, steps=6), told.append, watch=watch)
    assert [now.taken for now in told] == [101, 102, 103, 104, 105, 106]
    assert [now.step for now in told if now.validation is not None] == [3, 6]
    assert min(now.validation for now in told if now.validation is not None) == watch.best_loss


def interrupt_at(step: int) -> Callable[[Progress], None]:
    def report(now: Progress) -> None:
        if now.step == step:
            signal.raise_signal(signal.SIGINT)

    return report


@pytest.mark.parametrize("step", [1, 5, 8])
def test_an_interrupted_phase_saves_a_whole_step_and_goes_on_to_the_same_weights(
    sampler: Sampler, small: Config, step: int
) -> None:
    whole = Learner(small)
    run_phase(whole, sampler, PHASE, quiet)
    stopped, saved = Learner(small), []
    with pytest.raises(KeyboardInterrupt):
        run_phase(
            stopped,
            sampler,
            PHASE,
            interrupt_at(step),
            save=lambda done: saved.append((done, stopped.state())),
        )
    assert [done for done, _ in saved] == [step]
    resumed = Learner(small)
    resumed.restore(saved[0][1])
    assert run_phase(resumed, sampler, PHASE, quiet, start=step) == 8
    assert_equal(whole, resumed)


def test_the_losses_of_a_resumed_phase_are_those_of_one_that_was_never_stopped(
    sampler: Sampler, small: Config
) -> None:
    phase, histories = replace(PHASE, steps=20), (History(), History())
    run_phase(Learner(small), sampler, phase, quiet, history=histories[0])
    stopped, saved = Learner(small), []
    with pytest.raises(KeyboardInterrupt):
        run_phase(
            stopped,
            sampler,
            phase,
            interrupt_at(7),
            save=lambda _: saved.append(stopped.state()),
            history=histories[1],
        )
    resumed = Learner(small)
    resumed.restore(saved[0])
    run_phase(resumed, sampler, phase, quiet, start=7, history=histories[1])
    assert len(histories[0].rows) == 1
    assert histories[0].rows == histories[1].rows


def test_a_phase_interrupted_at_its_early_stop_does_not_go_on(sampler: Sampler, small: Config) -> None:
    stopped, saved = Learner(small), []
    watch = Scripted([3, 5, 5], patience=2)
    with pytest.raises(KeyboardInterrupt):
        run_phase(stopped, sampler, PHASE, interrupt_at(3), save=saved.append, watch=watch)
    assert saved == [3]
    taken = stopped.taken
    assert run_phase(stopped, sampler, PHASE, quiet, start=3, watch=watch) == 3
    assert stopped.taken == taken


def test_a_second_interrupt_does_not_wait() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), postponed_interrupt() as interrupted:  # noqa: PT012
        assert not interrupted()
        signal.raise_signal(signal.SIGTERM)
        assert interrupted()
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the second one came through")
    assert signal.getsignal(signal.SIGINT) is before


def test_training_works_beside_the_main_thread(sampler: Sampler, small: Config) -> None:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(run_phase(Learner(small), sampler, PHASE, quiet)))
    thread.start()
    thread.join()
    assert done == [8]


def test_batches_come_in_order_and_an_error_reaches_the_training(sampler: Sampler) -> None:
    class Broken(Sampler):
        def batch(self, step: int, recipe: Recipe) -> Batch:
            if step == 5:
                raise MemoryError("no room")
            return super().batch(step, recipe)

    with prefetched(sampler, RECIPE, 2, 5) as batches:
        for step, batch in enumerate(batches, start=2):
            np.testing.assert_array_equal(batch.pixels, sampler.batch(step, RECIPE).pixels)
    assert step == 4
    threads = threading.active_count()
    with pytest.raises(MemoryError), prefetched(Broken(sampler.normals, [], 0), RECIPE, 4, 9) as batches:
        list(batches)
    assert threading.active_count() == threads, "no thread is left behind"


def test_leaving_early_ends_the_thread(sampler: Sampler) -> None:
    threads = threading.active_count()
    with prefetched(sampler, RECIPE, 0, 10_000) as batches:
        next(batches)
    assert threading.active_count() == threads


def test_the_learning_rate_rises_once_and_falls_to_zero() -> None:
    assert learning_rate(0, 1000, 0, decay=False) == pytest.approx(1 / WARM_UP)
    assert learning_rate(500, 1000, 500, decay=False) == 1
    falling = [learning_rate(step, 50, 1000 + step, decay=True) for step in range(50)]
    assert falling[0] == 1
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == pytest.approx(0.02)


@pytest.mark.parametrize("enlarge", [1, 2])
def test_a_cell_is_judged_against_as_much_as_a_crop_shows(small: Config, enlarge: int) -> None:
    net = Learner(replace(small, size=64, enlarge=enlarge)).net
    assert net.context.window * STRIDE == 64 * enlarge, "the size is in pixels of the image"
    assert net.enlarge == enlarge
