"""The training loop: steps, moving average, validation, and a state that a stopped run resumes from."""

from __future__ import annotations

import copy
import math
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gyeol.detect.augment.batch import Batch, Recipe, Sampler
from gyeol.detect.config import Config
from gyeol.detect.device import autocast, pick_device
from gyeol.detect.halves import HALVES, Halves
from gyeol.detect.loss import cell_loss
from gyeol.detect.network import STRIDE, CellNet, channels_last
from gyeol.detect.together import Group

WARM_UP = 100
"""Steps over which the learning rate rises."""
SAVE_EVERY = 60.0
"""Seconds between two saved states."""
AVERAGE = 0.998
"""Decay of the moving average of the weights."""


@dataclass(frozen=True)
class Phase:
    """A stretch of training with one recipe.

    Parameters
    ----------
    name : str
        For the display and the saved state.
    steps : int
        Optimisation steps.
    recipe : Recipe
        What the batches are made of.
    decay : bool
        Whether the learning rate falls to zero over the phase; else it stays at its peak.
    seconds : float or None
        Time after which it ends, though steps are left. Not for one whose rate falls: it would end half learnt.
    """

    name: str
    steps: int
    recipe: Recipe
    decay: bool
    seconds: float | None = None


@dataclass
class Progress:
    """What the display is told after a step.

    Parameters
    ----------
    phase : str
        Its name.
    step, steps : int
        Steps done in the phase, and in all of it.
    loss : float
        Smoothed over some fifty steps.
    crops : int
        Crops a step.
    crops_per_second : float
    taken : int
        Steps since the beginning of the training; a fold counts on from the end of the trunk, the last
        fine-tuning from the end of the last fold.
    validation : float or None
        Loss on images that are not learnt from, where it was measured after this step.
    """

    phase: str
    step: int
    steps: int
    loss: float
    crops: int
    crops_per_second: float
    taken: int
    validation: float | None = None


Report = Callable[[Progress], None]


@dataclass
class History:
    """Loss over time, for the report: one row every 20 steps, and one for every validation."""

    rows: list[dict[str, float | str]] = field(default_factory=list)


class Watch:
    """Compare checkpoints by their loss on fixed batches, keep the best, and say when nothing more is gained.

    A loss is continuous, so that ties cannot decide.

    Parameters
    ----------
    batches : list of Batch
        From images that are not trained on.
    every : int
        Steps between two looks.
    patience : int or None
        Steps without a better loss after which to stop; None never stops.
    """

    def __init__(self, batches: list[Batch], every: int, patience: int | None = None) -> None:
        self.batches, self.every, self.patience = batches, every, patience
        self.best_loss, self.best_step = math.inf, 0
        self.last_loss = math.inf
        self.best_weights: dict[str, Tensor] = {}

    def look(self, learner: Learner, done: int, history: History | None) -> bool:
        """Judge the averaged weights after `done` steps of the phase; tell whether to stop."""
        loss = self.last_loss = learner.loss_on(self.batches)
        if history is not None:
            history.rows.append({"phase": "validation", "step": learner.taken, "loss": loss})
        if loss < self.best_loss:
            self.best_loss, self.best_step = loss, done
            self.best_weights = copy.deepcopy(learner.average.state_dict())
        return self.enough(done)

    def enough(self, done: int) -> bool:
        """Tell whether the look after `done` steps was the one to stop at."""
        return self.patience is not None and done % self.every == 0 and done - self.best_step >= self.patience

    def state(self) -> dict[str, Any]:
        """Give what a resumed phase needs."""
        return {"loss": self.best_loss, "step": self.best_step, "weights": self.best_weights}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a :meth:`state`."""
        self.best_loss, self.best_step = float(state["loss"]), int(state["step"])
        self.best_weights = state["weights"]


class Learner:
    """A network, its moving average and its optimiser.

    Parameters
    ----------
    config : Config
        Network and optimiser settings.
    group : Group, optional
        The processes that learn together; each steps with its share of the batch.
    """

    def __init__(self, config: Config, group: Group | None = None) -> None:
        self.config, self.group = config, group or Group()
        self.device = pick_device()
        torch.manual_seed(config.seed)
        enlarge = config.enlarge or 1
        net = CellNet(config.widths, config.blocks, config.size * enlarge // STRIDE, enlarge)
        self.net = channels_last(net.to(self.device))
        self.halves = Halves(self.net, max(1, HALVES // self.group.size))
        self.average: CellNet = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        self.taken = 0  # steps since the beginning of training, over all phases
        self.smooth = math.nan  # the phase's loss as it is shown

    def step(self, batch: Batch, rate: float) -> Tensor:
        """Take one optimisation step; `rate` multiplies the peak learning rate. Returns the loss, a scalar."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.learning_rate * rate
        loss = self.halves.gradients(lambda net, crops: self._loss(net, batch, crops))
        gradients = [each.grad for each in self.net.parameters() if each.grad is not None]
        statistics = [buffer for buffer in self.net.buffers() if buffer.is_floating_point()]
        self.group.average([loss, *gradients, *statistics])
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        self.taken += 1
        self._follow()
        return loss

    def _loss(self, net: nn.Module, batch: Batch, crops: slice = slice(None)) -> Tensor:
        pixels, target, weight, rough = (
            torch.from_numpy(each[crops]).to(self.device)
            for each in (batch.pixels, batch.target, batch.weight, batch.rough)
        )
        with autocast(self.device, self.config.precision):
            logits = net(pixels.contiguous(memory_format=torch.channels_last))
        return cell_loss(logits.float(), target, weight, rough)

    @torch.no_grad()
    def _follow(self) -> None:
        decay = min(AVERAGE, self.taken / (self.taken + 20))
        for slow, fast in zip(
            self.average.state_dict().values(), self.net.state_dict().values(), strict=True
        ):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - decay)
            else:
                slow.copy_(fast)

    def loss_on(self, batches: list[Batch]) -> float:
        """Mean loss of the averaged network over fixed batches: the continuous score of a checkpoint."""

        def judged(batch: Batch) -> float:
            with torch.inference_mode():  # which holds for one thread
                return float(self._loss(self.average, batch))

        return float(np.mean(self.halves.map(judged, batches)))

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return copy.deepcopy(
            {
                "net": self.net.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "taken": self.taken,
                "smooth": self.smooth,
            }
        )

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a :meth:`state`."""
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(copy.deepcopy(state["optimiser"]))
        self.taken, self.smooth = int(state["taken"]), float(state["smooth"])


@contextmanager
def prefetched(
    sampler: Sampler, recipe: Recipe, first: int, last: int, ahead: int = 4
) -> Iterator[Iterator[Batch]]:
    """Make the batches of steps `first` to `last` - 1 in another thread, a few ahead."""
    ready: queue.Queue[Batch | BaseException] = queue.Queue(ahead)
    stop = threading.Event()

    def put(item: Batch | BaseException) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for step in range(first, last):
                if stop.is_set():
                    return
                put(sampler.batch(step, recipe))
        except BaseException as error:  # handed over to the training thread
            put(error)

    def batches() -> Iterator[Batch]:
        for _ in range(first, last):
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield batches()
    finally:
        stop.set()
        thread.join()


def learning_rate(step: int, steps: int, taken: int, decay: bool) -> float:
    """Share of the peak rate at a step of a phase: a rise at the start of training, a straight fall to zero."""
    warm = min(1.0, (taken + 1) / WARM_UP)
    return warm * (1 - step / steps) if decay else warm


def run_phase(
    learner: Learner,
    sampler: Sampler,
    phase: Phase,
    report: Report,
    start: int = 0,
    save: Callable[[int], None] | None = None,
    history: History | None = None,
    watch: Watch | None = None,
) -> int:
    """Train through a phase, from its step `start`.

    Parameters
    ----------
    save : callable or None
        Called with the number of steps done, about once a minute and when the user interrupts.
    watch : Watch or None
        Looks at the averaged weights now and then, and may end the phase early.

    Returns
    -------
    int
        Steps done.
    """
    saved, began = time.monotonic(), time.monotonic()
    done, smooth = start, learner.smooth if start else math.nan
    if start and watch is not None and watch.enough(start):
        return start  # it was interrupted at the very step at which it would have stopped
    first = learner.taken
    with (
        prefetched(sampler, phase.recipe, first, first + phase.steps - start) as batches,
        postponed_interrupt() as interrupted,
    ):
        for batch in batches:
            rate = learning_rate(done, phase.steps, learner.taken, phase.decay)
            loss = float(learner.step(batch, rate))
            done += 1
            learner.smooth = smooth = loss if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss
            now = time.monotonic()
            speed = (done - start) * phase.recipe.crops / max(1e-6, now - began)
            if history is not None and done % 20 == 0:
                history.rows.append({"phase": phase.name, "step": learner.taken, "loss": smooth})
            enough = phase.seconds is not None and now - began > phase.seconds
            validation = None
            if watch is not None and learner.group.first and done % watch.every == 0:
                enough, validation = watch.look(learner, done, history) or enough, watch.last_loss
            told = (
                phase.name,
                done,
                phase.steps,
                smooth,
                phase.recipe.crops,
                speed,
                learner.taken,
                validation,
            )
            report(Progress(*told))
            # One that is told to stop, stops all of them, after the same step.
            enough, stop = learner.group.any(enough, interrupted())
            if save and (stop or now - saved > SAVE_EVERY):
                save(done)
                saved = time.monotonic()
            if stop:
                raise KeyboardInterrupt
            if enough:
                break
    return done


@contextmanager
def postponed_interrupt() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM wait for the end of a step, so that what is saved is never half a step.

    Yields a function that tells whether one came. A second Ctrl-C is not postponed.
    """
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return

    def note(number: int, frame: object) -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
