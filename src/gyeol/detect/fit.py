"""Learn a detector: one trunk, then a fine-tuning for every fold and a last one with all defects.

The trunk learns what does not belong on a surface from normals and synthetic anomalies alone. It has seen no defect,
so every fold may start from it without a leak, and a fold's model is as good as the last one but for the defects it
must not see. That makes an honest estimate cost three short fine-tunings instead of three whole trainings.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.data.duplicates import alike_groups
from gyeol.data.folds import grouped_folds
from gyeol.data.signature import signature
from gyeol.data.sources import piece_groups, source_groups
from gyeol.detect.augment.batch import Batch, Recipe, Sampler
from gyeol.detect.calibration import Calibration, calibrate
from gyeol.detect.config import Config
from gyeol.detect.images import TrainingImages
from gyeol.detect.network import CellNet, fused
from gyeol.detect.scoring import cell_scores, raw_score
from gyeol.detect.surfaces import Surface
from gyeol.detect.threshold import Choice, choose_threshold
from gyeol.detect.trainer import (
    History,
    Learner,
    Phase,
    Report,
    Watch,
    load_state,
    run_phase,
    save_state,
)
from gyeol.detect.weak_masks import guess_mask
from gyeol.errors import DataError, ModelError

HELD_OUT = 0.15
"""Share of the normals that the network never learns from, for calibration and the threshold."""
HELD_OUT_MOST = 1000
FOLD_NORMALS = 300
"""Held-out normals that calibrate a fold's model."""
FINE = 0.15
"""Share of all steps that each fold's fine-tuning and the last one take."""
DEFAULT_STEPS = 6000
TIMED = 30
"""Steps whose speed tells how many fit in the minutes given."""


@dataclass
class Fitted:
    """What training found, ready to be kept in a Detector.

    Parameters
    ----------
    net : CellNet
        In evaluation mode.
    images : TrainingImages
        What it was learnt from, with the kinds.
    calibration : Calibration
    choice : Choice
        The threshold and the leak-free estimate.
    fold_scores : list of dict
        For each defect: its index, fold and calibrated score by the model that did not see it.
    normal_scores : (N,) float64
        Calibrated scores of the held-out normals.
    record : dict
        Steps, seconds, sizes: for the model card.
    history : History
        Losses.
    """

    net: CellNet
    images: TrainingImages
    calibration: Calibration
    choice: Choice
    fold_scores: list[dict[str, Any]]
    normal_scores: NDArray[np.float64]
    record: dict[str, Any]
    history: History = field(default_factory=History)


def recipes(config: Config, sizes: list[tuple[int, int]]) -> tuple[Recipe, Recipe]:
    """Make the recipes of the trunk and of the fine-tunings; crops are no larger than half of the images allow."""
    usual = int(np.median([min(size) for size in sizes])) // 32 * 32
    size = max(64, min(config.size, usual))
    trunk = Recipe(crops=config.crops, size=size, synthetic=0.6)
    return trunk, dataclasses.replace(trunk, synthetic=0.25, composed=0.25, real=0.2)


class Course:
    """A training run: its phases in order, and the state file that a stopped one is taken up from.

    Parameters
    ----------
    images : TrainingImages
    config : Config
    report : callable
        Told about every step.
    say : callable
        Told in words what is being done.
    state_path : Path or None
        Where the state is kept while the run is under way.
    """

    def __init__(
        self,
        images: TrainingImages,
        config: Config,
        report: Report,
        say: Callable[[str], None],
        state_path: Path | None,
    ) -> None:
        self.images, self.report, self.say = images, report, say
        self.state_path = state_path
        self.trunk_recipe, self.fine_recipe = recipes(config, [s.pixels.shape for s in images.normals])
        config = dataclasses.replace(config, size=self.trunk_recipe.size)
        self.config = config
        self.training, self.held_out = self._split()
        self.folds = self._folds()
        self.learner = Learner(config)
        self.history = History()
        self.done: dict[str, Any] = {}  # results of finished phases
        self.began = time.monotonic()
        self.before = 0.0  # seconds spent before the run was taken up again

    def _split(self) -> tuple[list[Surface], list[Surface]]:
        return split_normals(self.images.normals, self.config.seed)

    def _folds(self) -> NDArray[np.int64]:
        pixels = [surface.pixels for surface in self.images.defects]
        groups = np.asarray(piece_groups(pixels))
        if groups.max() + 1 < self.config.folds:  # so few pieces: then at least copies lie in one fold
            groups = np.asarray(source_groups(pixels))
        kinds = np.array([surface.kind for surface in self.images.defects])
        different = len(set(groups.tolist()))
        if different < 2:
            raise DataError(
                f"{len(pixels)} defect images show {different} defect; give at least two different ones, "
                "so that one can test what was learnt from the other"
            )
        count = min(self.config.folds, different)
        return np.asarray(grouped_folds(groups, kinds, count, self.config.seed), np.int64)

    # ---- state -------------------------------------------------------------------------------------------

    def _save(self, phase: str, step: int, watch: Watch | None) -> None:
        if self.state_path is None:
            return
        state = {
            "run": self._run_is(),
            "phase": phase,
            "step": step,
            "learner": self.learner.state(),
            "watch": watch.state() if watch else None,
            "done": self.done,
            "history": self.history.rows,
            "seconds": self.before + time.monotonic() - self.began,
        }
        save_state(self.state_path, state)

    def _run_is(self) -> dict[str, Any]:
        """Say what must be the same for a run to be taken up: what is learnt from, and how."""
        surfaces = (*self.images.defects, *self.images.normals)
        lines = sorted(f"{each.pixels.shape} {each.mean} {each.deviation}" for each in surfaces)
        digest = hashlib.sha256("\n".join(lines).encode())
        free = (
            "steps",
            "minutes",
            "prevalence",
        )  # the state keeps the steps; the last serves only the threshold
        settings = {name: repr(v) for name, v in self.config.to_dict().items() if name not in free}
        return {"images": digest.hexdigest(), **settings}

    def take_up(self) -> dict[str, Any] | None:
        """Read the state of a stopped run, where there is one.

        Raises
        ------
        ModelError
            If it cannot be read, or is of another run.
        """
        if self.state_path is None or not self.state_path.exists():
            return None
        state = load_state(self.state_path)
        own, other = self._run_is(), state.get("run", {})
        if differ := sorted(name for name in own if own[name] != other.get(name)):
            raise ModelError(
                f"{self.state_path} is of a run with other {', '.join(differ)}; "
                "give the same data and settings, or start anew without --resume"
            )
        steps = state["done"].get("steps")
        if None not in (self.config.steps, steps) and self.config.steps != steps:
            raise ModelError(
                f"{self.state_path} is of a run of {steps} steps, not {self.config.steps}; "
                "leave the steps out, or start anew without --resume"
            )
        self.learner.restore(state["learner"])
        self.done, self.history.rows = state["done"], state["history"]
        self.before = float(state["seconds"])
        return state

    # ---- phases ------------------------------------------------------------------------------------------

    def _run(self, phase: Phase, defects: list[Surface], watch: Watch, state: dict[str, Any] | None) -> None:
        """Train one phase, from where `state` says it was stopped."""
        start = 0
        if state and state["phase"] == phase.name:
            start = int(state["step"])
            if state["watch"]:
                watch.restore(state["watch"])
        sampler = self._sampler(self.training, defects)
        run_phase(
            self.learner,
            sampler,
            phase,
            self.report,
            start,
            lambda step: self._save(phase.name, step, watch),
            self.history,
            watch,
        )

    def _sampler(self, normals: list[Surface], defects: list[Surface], other: int = 0) -> Sampler:
        return Sampler(normals, defects, self.config.seed + other, self.images.ways)

    def _validation(self, defects: list[Surface], recipe: Recipe) -> list[Batch]:
        sampler = self._sampler(self.held_out, defects, 1_000_003)
        return [sampler.batch(number, recipe) for number in range(8)]

    def count_steps(self) -> int:
        """Settle the number of steps, measuring the speed where minutes were given."""
        if self.config.steps is not None:
            return self.config.steps
        if self.config.minutes is None:
            return DEFAULT_STEPS
        learner, sampler = (
            Learner(self.config),
            self._sampler(self.training, []),
        )
        seconds = []
        for step in range(TIMED):
            began = time.monotonic()
            learner.step(sampler.batch(step, self.trunk_recipe), 0.0)
            seconds.append(time.monotonic() - began)
        # Without the first steps, which choose kernels and fill caches. The median, because other work that takes the
        # cores for a moment must not cut the training to a quarter.
        return max(20, int(self.config.minutes * 60 / float(np.median(seconds[5:]))))

    def run(self, resume: bool) -> Fitted:
        """Train and return what was found."""
        state = self.take_up() if resume else None
        if state is None or "steps" not in self.done:
            self.done["steps"] = self.count_steps()
        total = int(self.done["steps"])
        folds = int(self.folds.max()) + 1
        fine = max(5, round(total * FINE))
        trunk = max(5, total - (folds + 1) * fine)
        self.say(
            f"{total} steps: {trunk} for the trunk, {fine} for each of {folds} folds and the final model"
        )
        if "trunk" not in self.done:
            watch = Watch(
                self._validation([], self.trunk_recipe), max(10, trunk // 40), max(1500, trunk // 3)
            )
            self._run(Phase("trunk", trunk, self.trunk_recipe, decay=False), [], watch, state)
            self.done["trunk"] = self.learner.state()
            self._save("between", 0, None)
        self._complete_masks()
        for fold in range(folds):
            if f"fold {fold + 1}" not in self.done:
                self._fold(fold, fine, state)
        net = self._fine("final", list(self.images.defects), fine, state)
        return self._conclude(net)

    def _fine(self, name: str, defects: list[Surface], steps: int, state: dict[str, Any] | None) -> CellNet:
        """Fine-tune the trunk with some defects; return the best averaged network in evaluation mode."""
        if not (state and state["phase"] == name):
            self.learner.restore(self.done["trunk"])
        watch = Watch(self._validation(defects, self.fine_recipe), max(5, steps // 10))
        self._run(Phase(name, steps, self.fine_recipe, decay=True), defects, watch, state)
        watch.look(self.learner, steps, None)
        self.learner.average.load_state_dict(watch.best_weights)
        return self.learner.average

    def _fold(self, fold: int, steps: int, state: dict[str, Any] | None) -> None:
        learn = [s for s, part in zip(self.images.defects, self.folds, strict=True) if part != fold]
        net = self._fine(f"fold {fold + 1}", learn, steps, state)
        self.say(f"scoring the defects of fold {fold + 1}, which it has not seen")
        normals = self.held_out[:FOLD_NORMALS]
        calibration = self._calibrate(net, normals)
        rows: list[dict[str, float | int]] = []
        for number in np.flatnonzero(self.folds == fold):
            surface = self.images.defects[number]
            raw = self._raw(net, [surface])
            score = float(calibration(raw, np.array([surface.kind]))[0])
            rows.append({"defect": int(number), "fold": fold, "kind": surface.kind, "score": score})
        self.done[f"fold {fold + 1}"] = rows
        self._save("between", 0, None)

    def _raw(self, net: CellNet, surfaces: list[Surface]) -> NDArray[np.float64]:
        net = fused(net)
        scores = [raw_score(cell_scores(net, surface.pixels, self.config.precision)) for surface in surfaces]
        return np.array(scores, np.float64)

    def _calibrate(self, net: CellNet, normals: list[Surface]) -> Calibration:
        kinds = np.array([surface.kind for surface in normals])
        return calibrate(self._raw(net, normals), kinds, self.images.kinds.count)

    def _complete_masks(self) -> None:
        """Give defects that came without a mask one where the trunk sees something odd."""
        learner = Learner(self.config)
        learner.restore(self.done["trunk"])
        for surface in self.images.defects:
            if surface.mask is None:
                cells = cell_scores(learner.average, surface.pixels, self.config.precision)
                surface.mask = guess_mask(cells, surface.pixels.shape)

    def _conclude(self, net: CellNet) -> Fitted:
        self.say(f"calibrating on {len(self.held_out)} normals kept out of training")
        kinds = np.array([surface.kind for surface in self.held_out])
        raw = self._raw(net, self.held_out)
        calibration = calibrate(raw, kinds, self.images.kinds.count)
        normal_scores = calibration(raw, kinds)
        rows = self._rows()
        scores = np.array([row["score"] for row in rows])
        choice = choose_threshold(normal_scores, scores, self.config.prevalence, seed=self.config.seed)
        record = {
            "steps": int(self.done["steps"]),
            "crop_size": self.trunk_recipe.size,
            "seconds": round(self.before + time.monotonic() - self.began, 1),
            "defects": len(self.images.defects),
            "normals_learnt": len(self.training),
            "normals_held_out": len(self.held_out),
            "device": str(self.learner.device),
            "torch": torch.__version__,
        }
        return Fitted(net, self.images, calibration, choice, rows, normal_scores, record, self.history)

    def _rows(self) -> list[dict[str, Any]]:
        folds = int(self.folds.max()) + 1
        return [row for fold in range(folds) for row in self.done[f"fold {fold + 1}"]]


def split_normals(normals: list[Surface], seed: int) -> tuple[list[Surface], list[Surface]]:
    """Keep a part of the normals of every kind out of training: learnt from, held out.

    Pictures of one piece, photographed several times, lie on one side: what the network has learnt of a piece must not
    make its other pictures look more usual than those of new pieces will.
    """
    rng = np.random.default_rng([seed, 2])
    order = [int(number) for number in rng.permutation(len(normals))]
    count = min(HELD_OUT_MOST, max(1, round(HELD_OUT * len(normals))))
    signatures = np.array([signature(surface.pixels) for surface in normals])
    pieces = {number: together for together in alike_groups(signatures) for number in together}
    held = _hold_out(normals, order, count, pieces)
    if len(held) > max(2 * count, len(normals) // 2):  # the pieces are too few to be divided
        held = _hold_out(normals, order, count, {})
    if len(held) == len(normals):  # one normal must remain to learn from
        held = set(sorted(held)[1:]) or held
    kept = [normals[n] for n in range(len(normals)) if n not in held] or list(normals)
    # In random order, so that the first few hundred are a fair sample of all kinds.
    return kept, [normals[n] for n in order if n in held]


def _hold_out(normals: list[Surface], order: list[int], count: int, pieces: dict[int, list[int]]) -> set[int]:
    """Choose about `count` normals, of each kind its share, with all pictures of their pieces."""
    by_kind: dict[int, list[int]] = {}
    for number in order:
        by_kind.setdefault(normals[number].kind, []).append(number)
    held: set[int] = set()
    for kind, numbers in by_kind.items():
        wanted = max(1, round(count / len(normals) * len(numbers)))
        have = sum(number in held for number in numbers)
        for number in numbers:
            if have >= wanted:
                break
            new = [other for other in pieces.get(number, [number]) if other not in held]
            held.update(new)
            have += sum(normals[other].kind == kind for other in new)
    return held
