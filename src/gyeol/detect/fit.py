"""Learn a detector: one trunk, then a fine-tuning for every fold and a last one with all defects.

The trunk learns what does not belong on a surface from normals and synthetic anomalies alone. It has seen no defect,
so every fold may start from it without a leak. That makes an honest estimate cost three short fine-tunings instead of
three whole trainings. The last one, which may see every defect, goes on from the last fold's network: what that has
learnt is not thrown away.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.data.folds import grouped_folds
from gyeol.data.sources import piece_groups, source_groups
from gyeol.detect.augment.batch import Batch, Recipe, Sampler
from gyeol.detect.background import Backgrounds, make_backgrounds
from gyeol.detect.calibration import Calibration, calibrate
from gyeol.detect.config import Config
from gyeol.detect.fitted import Fitted
from gyeol.detect.gain import gain_of, raised
from gyeol.detect.held_out import split_normals
from gyeol.detect.images import TrainingImages
from gyeol.detect.levels import levels_of
from gyeol.detect.network import CellNet, fused
from gyeol.detect.reference import make_reference
from gyeol.detect.scoring import cell_scores, raw_score
from gyeol.detect.state import load_state, save_state
from gyeol.detect.surfaces import Surface
from gyeol.detect.threshold import choose_threshold
from gyeol.detect.together import Group
from gyeol.detect.trainer import History, Learner, Phase, Report, Watch, run_phase
from gyeol.detect.usual import normals_to_judge, usual_scores
from gyeol.detect.weak_masks import guess_mask
from gyeol.errors import DataError, ModelError

FOLD_NORMALS = 300
"""Held-out normals that calibrate a fold's model."""
FINE = 0.15
"""Share of all steps that each fold's fine-tuning and the last one take."""
SMALL = 384
"""Shorter side in pixels of images below which they are enlarged."""
DEFAULT_STEPS = 12000
TIMED = 30
"""Steps whose speed tells how many fit in the minutes given."""
LATE = 1.15
"""Of the time that was reckoned for the trunk, after which it ends all the same."""


def recipes(config: Config, sizes: list[tuple[int, int]]) -> tuple[Recipe, Recipe]:
    """Make the recipes of the trunk and of the fine-tunings; crops are no larger than half of the images allow."""
    shorter = int(np.median([min(size) for size in sizes]))
    enlarge = config.enlarge or (2 if shorter < SMALL else 1)
    size = max(64, min(config.size * enlarge, shorter * enlarge // 32 * 32))
    trunk = Recipe(crops=config.crops, size=size, enlarge=enlarge, synthetic=0.6)
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
    group : Group, optional
        The processes that learn together. Only the first one reports, judges, and reads and writes the state.
    """

    def __init__(
        self,
        images: TrainingImages,
        config: Config,
        report: Report,
        say: Callable[[str], None],
        state_path: Path | None,
        group: Group | None = None,
    ) -> None:
        self.images, self.report, self.say = images, report, say
        self.state_path, self.group = state_path, group or Group()
        self.trunk_recipe, self.fine_recipe = recipes(config, [s.pixels.shape for s in images.normals])
        enlarge = self.trunk_recipe.enlarge
        config = dataclasses.replace(config, size=self.trunk_recipe.size // enlarge, enlarge=enlarge)
        self.config = config
        self.training, self.held_out = self._split()
        self.usual = normals_to_judge(self.held_out, self.training)
        self.folds = self._folds()
        self.backgrounds = self._backgrounds()
        for surface in (*images.defects, *self.training, *self.held_out):
            surface.put_before(self.backgrounds.of(surface.kind, surface.pixels.shape))
        if count := int(self.backgrounds.kinds.sum()):
            say(f"{count} of {images.kinds.count} kinds have a background in common; it is taken off")
        self.learner = Learner(config, self.group)
        self.history = History()
        self.done: dict[str, Any] = {}  # results of finished phases
        self.began = time.monotonic()
        self.before = 0.0  # seconds spent before the run was taken up again

    def _split(self) -> tuple[list[Surface], list[Surface]]:
        return split_normals(self.images.normals, self.config.seed)

    def _backgrounds(self) -> Backgrounds:
        count = self.images.kinds.count
        return make_backgrounds(self.training, count) if self.config.background else Backgrounds.none(count)

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
        if self.state_path is None or not self.group.first:
            return
        state = {
            "run": self._run_is(),
            "phase": phase,
            "step": step,
            "learner": self.learner.state(),
            "watch": watch.state() if watch else None,
            "done": self.done,
            "history": self.history.rows,
            "seconds": self._spent(),
        }
        save_state(self.state_path, state)

    def _run_is(self) -> dict[str, Any]:
        """Say what must be the same for a run to be taken up: what is learnt from, and how."""
        surfaces = (*self.images.defects, *self.images.normals)
        lines = sorted(f"{each.pixels.shape} {each.mean} {each.deviation}" for each in surfaces)
        digest = hashlib.sha256("\n".join(lines).encode())
        # The state keeps the steps; the last serves only the threshold.
        free = ("steps", "minutes", "prevalence")
        settings = {name: repr(v) for name, v in self.config.to_dict().items() if name not in free}
        return {"images": digest.hexdigest(), **settings}

    def _check_same(self, run: dict[str, Any]) -> None:
        """Make sure that this process is to learn the same from the same as the first."""
        if differ := [name for name, value in self._run_is().items() if value != run[name]]:
            raise ModelError(
                f"process {self.group.rank} has other {', '.join(differ)} than the first; "
                "give all of them the same folder and the same command"
            )
        if self.group.size > self.config.crops:
            raise ModelError(
                f"{self.group.size} processes cannot share {self.config.crops} crops a step; start fewer"
            )

    def take_up(self) -> dict[str, Any] | None:
        """Go back to the state of a stopped run, where there is one.

        Raises
        ------
        ModelError
            If it cannot be read, or is of another run.
        """
        state = self.group.of_first(self._read_state)
        if state is not None:
            self.learner.restore(state["learner"])
            self.done, self.history.rows = state["done"], state["history"]
            self.before = float(state["seconds"])
        return state

    def _read_state(self) -> dict[str, Any] | None:
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
        return state

    # ---- phases ------------------------------------------------------------------------------------------

    def _run(self, phase: Phase, defects: list[Surface], watch: Watch, state: dict[str, Any] | None) -> None:
        """Train one phase, from where `state` says it was stopped."""
        start = 0
        if state and state["phase"] == phase.name:
            start = int(state["step"])
            if state["watch"]:
                watch.restore(state["watch"])
        sampler = self._sampler(self.training, defects, share=(self.group.rank, self.group.size))
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

    def _sampler(
        self,
        normals: list[Surface],
        defects: list[Surface],
        other: int = 0,
        share: tuple[int, int] = (0, 1),
    ) -> Sampler:
        return Sampler(normals, defects, self.config.seed + other, self.images.ways, share)

    def _validation(self, defects: list[Surface], recipe: Recipe) -> list[Batch]:
        sampler = self._sampler(self.held_out, defects, 1_000_003)
        return [sampler.batch(number, recipe) for number in range(8 if self.group.first else 0)]

    def count_steps(self) -> int:
        """Settle the number of steps, measuring the speed where minutes were given."""
        if self.config.steps is not None:
            return self.config.steps
        if self.config.minutes is None:
            return DEFAULT_STEPS
        learner = Learner(self.config, self.group)
        sampler = self._sampler(self.training, [], share=(self.group.rank, self.group.size))
        seconds = []
        for step in range(TIMED):
            began = time.monotonic()
            learner.step(sampler.batch(step, self.trunk_recipe), 0.0)
            seconds.append(time.monotonic() - began)
        # Without the first steps, which choose kernels and fill caches. The median, because other work that takes the
        # cores for a moment must not cut the training to a quarter.
        return max(20, int(self.config.minutes * 60 / float(np.median(seconds[5:]))))

    @property
    def minutes(self) -> float | None:
        """The time that the training has to keep to; None where it has so many steps."""
        return self.config.minutes if self.config.steps is None else None

    def _spent(self) -> float:
        """Seconds that the run has taken until now."""
        return self.before + time.monotonic() - self.began

    def _learnt(self) -> float:
        """Seconds of them since the steps were counted."""
        return self._spent() - float(self.done["counted"])

    def _fitting(self, fine: int, parts: int) -> int:
        """Cut the fine-tunings where the machine is slower than it was when the steps were counted."""
        if self.minutes is None:
            return fine
        pace = self._learnt() / self.learner.taken
        fits = int((60 * self.minutes - self._learnt()) / pace / parts)
        if fits >= 0.9 * fine:
            return fine
        fits = max(5, fine // 3, fits)
        self.say(f"the machine has become slower: {fits} steps for each fine-tuning, not {fine}")
        return fits

    def run(self, resume: bool) -> Fitted:
        """Train and return what was found; the same in all processes.

        Raises
        ------
        ModelError
            If there is no state to go on from that fits, if another process of the group has other images or settings,
            or has ended.
        """
        run = self.group.of_first(self._run_is)
        self.group.attempt(lambda: self._check_same(run))
        state = self.take_up() if resume else None
        if state is None or "steps" not in self.done:
            steps = self.count_steps()
            self.done["steps"] = self.group.of_first(lambda: steps)
            self.done["counted"] = self._spent()
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
            most = None if self.minutes is None else LATE * 60 * self.minutes * trunk / total - self._learnt()
            self._run(Phase("trunk", trunk, self.trunk_recipe, decay=False, seconds=most), [], watch, state)
            self.done["trunk"] = self.learner.state()
            self.done["fine"] = self.group.of_first(lambda: self._fitting(fine, folds + 1))
            if self.minutes is not None:
                self.done["steps"] = self.learner.taken + (folds + 1) * self.done["fine"]
            self._save("between", 0, None)
        fine = int(self.done["fine"])
        self._complete_masks()
        for fold in range(folds):
            if f"fold {fold + 1}" not in self.done:
                self._fold(fold, fine, state)
        net = self._fine("final", list(self.images.defects), fine, state, anew=False)
        return self.group.of_first(lambda: self._conclude(net))

    def _fine(
        self,
        name: str,
        defects: list[Surface],
        steps: int,
        state: dict[str, Any] | None,
        anew: bool = True,
    ) -> CellNet:
        """Fine-tune with some defects, the trunk or (`anew` false) the network of the phase before.

        Returns the best averaged network in evaluation mode.
        """
        if anew and not (state and state["phase"] == name):
            self.learner.restore(self.done["trunk"])
        watch = Watch(self._validation(defects, self.fine_recipe), max(5, steps // 10))
        self._run(Phase(name, steps, self.fine_recipe, decay=True), defects, watch, state)
        if self.group.first:
            watch.look(self.learner, steps, None)
            self.learner.average.load_state_dict(watch.best_weights)
        return self.learner.average

    def _fold(self, fold: int, steps: int, state: dict[str, Any] | None) -> None:
        learn = [s for s, part in zip(self.images.defects, self.folds, strict=True) if part != fold]
        net = self._fine(f"fold {fold + 1}", learn, steps, state)
        self.done[f"fold {fold + 1}"] = self.group.of_first(lambda: self._judge(net, fold))
        self._save("between", 0, None)

    def _judge(self, net: CellNet, fold: int) -> list[dict[str, Any]]:
        """Score the defects with a fold's network: its own, which it has not seen, and those that it learnt."""
        self.say(f"scoring the defects of fold {fold + 1}, which it has not seen")
        calibration = self._calibrate(net, self.usual[:FOLD_NORMALS])
        scores = calibration(self._raw(net, self.images.defects), self._kinds())
        return [
            {
                "defect": number,
                "fold": fold,
                "kind": surface.kind,
                "calibrated": float(score),
                "learnt": bool(part != fold),
            }
            for number, (surface, score, part) in enumerate(
                zip(self.images.defects, scores, self.folds, strict=True)
            )
        ]

    def _kinds(self) -> NDArray[np.int64]:
        return np.array([surface.kind for surface in self.images.defects], np.int64)

    def _raw(self, net: CellNet, surfaces: list[Surface]) -> NDArray[np.float64]:
        net = fused(net)

        def raw(surface: Surface) -> float:
            return raw_score(cell_scores(net, surface.without_background(), self.config.precision))

        return np.array(self.learner.halves.map(raw, surfaces), np.float64)

    def _calibrate(self, net: CellNet, normals: list[Surface]) -> Calibration:
        kinds = np.array([surface.kind for surface in normals])
        return calibrate(self._raw(net, normals), kinds, self.images.kinds.count)

    def _complete_masks(self) -> None:
        """Give defects that came without a mask one where the trunk sees something odd."""
        learner = Learner(self.config)
        learner.restore(self.done["trunk"])  # the same in all processes, and so are the masks
        for surface in self.images.defects:
            if surface.mask is None:
                cells = cell_scores(learner.average, surface.without_background(), self.config.precision)
                surface.mask = guess_mask(cells, surface.pixels.shape, learner.average.enlarge)

    def _conclude(self, net: CellNet) -> Fitted:
        self.say(
            f"calibrating on {len(self.usual)} normals, {len(self.held_out)} of them kept out of training"
        )
        raw, number = self._raw(net, self.usual), self.images.kinds.count
        kinds = np.array([surface.kind for surface in self.usual])
        usual, normals, kinds = usual_scores(raw, kinds, len(self.held_out), number)
        defects, prevalence = self.images.defects, self.config.prevalence
        own = usual(self._raw(net, defects), self._kinds())
        gain = gain_of(self._judged(), own)
        rows = self._rows(gain)
        levels = levels_of(rows, normals, number, prevalence)
        rows = [{**row, "score": float(score)} for row, score in zip(rows, levels.defects, strict=True)]
        normal_scores = normals / levels.by_kind[kinds]
        choice = choose_threshold(normal_scores, levels.defects, prevalence, seed=self.config.seed)
        learnt = own / levels.by_kind[self._kinds()]
        record = {
            "steps": int(self.done["steps"]),
            "crop_size": self.trunk_recipe.size,
            "enlarge": self.trunk_recipe.enlarge,
            "seconds": round(self._spent(), 1),
            "defects": len(defects),
            "not_learnt": int((learnt <= choice.threshold).sum()),
            "normals_learnt": len(self.training),
            "normals_held_out": len(self.held_out),
            "device": str(self.learner.device),
            "torch": torch.__version__,
            "processes": self.group.size,
            "gain": round(float(np.exp(gain)), 3),
            "backgrounds": [int(kind) for kind in np.flatnonzero(self.backgrounds.kinds)],
            "levels": [round(float(level), 3) for level in levels.by_kind],
        }
        images = self.images
        return Fitted(
            net,
            images.kinds,
            self.backgrounds,
            images.content,
            make_reference(images.normals, images.kinds.count),
            usual.levelled(levels.by_kind),
            choice,
            rows,
            normal_scores,
            record,
            self.history,
        )

    def _judged(self) -> list[dict[str, Any]]:
        folds = int(self.folds.max()) + 1
        return [row for fold in range(folds) for row in self.done[f"fold {fold + 1}"]]

    def _rows(self, gain: float) -> list[dict[str, Any]]:
        """Tell for each defect what the model would give it, had it not learnt it."""
        return raised(self._judged(), gain)
