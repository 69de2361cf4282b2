"""Go on from a trained detector with what people have said since: fine-tunings only, started from its weights.

The detector has learnt from all of its own defects, so no model that starts from it can score them honestly. They keep
the scores that they had from models that had not seen them. Defects that are new, and no copy of an old one, are
split into folds, and each is scored by a model that went on without it.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.data.folds import grouped_folds
from gyeol.data.sources import piece_groups
from gyeol.detect.answers import Gathered
from gyeol.detect.background import Backgrounds
from gyeol.detect.config import Config
from gyeol.detect.fit import FINE, Course
from gyeol.detect.fitted import Fitted
from gyeol.detect.network import CellNet
from gyeol.detect.surfaces import Surface
from gyeol.detect.trainer import Learner, Report
from gyeol.errors import DataError

SHORTER = 0.5
"""Length of a fine-tuning as a share of those of the first training."""
GENTLER = 0.3
"""Peak learning rate as a share of the first training's: most of what the network knows is to stay."""
REPEATED = 10
"""How often a reviewed normal is drawn for every time that another one is: the model was unsure of it."""


class Continuation(Course):
    """The rest of a training run, after a model was reviewed.

    Parameters
    ----------
    gathered : Gathered
        What is learnt from.
    former : CellNet
        The network to start from. It is not changed.
    backgrounds : Backgrounds
        What it takes off its images; it stays.
    steps : int
        Steps of the first training.
    config, report, say, state_path
        As in :class:`Course`.
    """

    def __init__(
        self,
        gathered: Gathered,
        former: CellNet,
        backgrounds: Backgrounds,
        steps: int,
        config: Config,
        report: Report,
        say: Callable[[str], None],
        state_path: Path | None,
    ) -> None:
        self.gathered, self.former, self.former_steps = gathered, former, steps
        self.former_backgrounds = backgrounds
        config = dataclasses.replace(config, learning_rate=GENTLER * config.learning_rate)
        super().__init__(gathered.images, config, report, say, state_path)
        if (self.folds < 0).all() and not set(gathered.scored) & set(gathered.sources):
            raise DataError("no defect is left that an estimate could rest on; train anew instead")

    def _split(self) -> tuple[list[Surface], list[Surface]]:
        return [*self.gathered.training, *self.gathered.reviewed * REPEATED], self.gathered.held_out

    def _backgrounds(self) -> Backgrounds:
        return self.former_backgrounds

    def _folds(self) -> NDArray[np.int64]:
        """Split the new defects; -1 for those of which the model to start from has seen the piece."""
        groups = np.asarray(piece_groups([surface.pixels for surface in self.images.defects]))
        kinds = np.array([surface.kind for surface in self.images.defects])
        seen = np.array([source in self.gathered.scored for source in self.gathered.sources])
        new = np.flatnonzero(~np.isin(groups, groups[seen]))
        folds = np.full(len(groups), -1, np.int64)
        different = len(set(groups[new].tolist()))
        if different == 1:
            folds[new] = 0
        elif different:
            count = min(self.config.folds, different)
            folds[new] = grouped_folds(groups[new], kinds[new], count, self.config.seed)
        return folds

    def _run_is(self) -> dict[str, Any]:
        digest = hashlib.sha256()
        for value in self.former.state_dict().values():
            digest.update(value.cpu().numpy().tobytes())
        return {**super()._run_is(), "model": digest.hexdigest(), "answers": self.gathered.told["answers"]}

    def count_steps(self) -> int:
        """Settle the number of steps: those given or that fit, else shorter fine-tunings than the first ones."""
        if self.config.steps is not None or self.config.minutes is not None:
            return super().count_steps()
        return max(20, (int(self.folds.max()) + 2) * round(SHORTER * FINE * self.former_steps))

    def run(self, resume: bool) -> Fitted:
        """Train and return what was found."""
        state = self.take_up() if resume else None
        if state is None or "steps" not in self.done:
            self.done["steps"] = self.count_steps()
        folds = int(self.folds.max()) + 1
        fine = max(5, int(self.done["steps"]) // (folds + 1))
        self.say(f"{self.done['steps']} steps: {fine} for each of {folds} folds and the final model")
        self.done["trunk"] = self._start()
        self._complete_masks()
        for fold in range(folds):
            if f"fold {fold + 1}" not in self.done:
                self._fold(fold, fine, state)
        net = self._fine("final", list(self.images.defects), fine, state)
        return self._conclude(net)

    def _start(self) -> dict[str, Any]:
        """Put the former network where a first training has its trunk."""
        learner = Learner(self.config)
        for net in (learner.net, learner.average):
            net.load_state_dict(copy.deepcopy(self.former.state_dict()))
        return learner.state()

    def _rows(self, gain: float) -> list[dict[str, Any]]:
        """Gather the new defects' scores and those that the others had, by the defects' numbers."""
        new = {int(row["defect"]): row for row in super()._rows(gain)}
        rows = []
        for number, source in enumerate(self.gathered.sources):
            row = new.get(number) or self.gathered.scored.get(source)
            if row is not None:  # none: a new picture of a piece that was learnt from before
                rows.append({**row, "defect": number, "source": source})
        return rows

    def _conclude(self, net: CellNet) -> Fitted:
        fitted = super()._conclude(net)
        fitted.record["normals_learnt"] = len(self.gathered.training) + len(self.gathered.reviewed)
        return fitted
