"""The parts of the method that can be taken out or changed, one at a time.

A change is made in the running program, not in the product: what does not pay is not an option that users meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

import gyeol.detect.detector as detector
import gyeol.detect.fit as fit
import gyeol.detect.loss as loss
import gyeol.detect.network as network
import gyeol.detect.scoring as scoring
import gyeol.detect.trainer as trainer
from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.calibration import Calibration, calibrate


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise than in gyeol.

    Parameters
    ----------
    settings : dict
        Given to ``gyeol train --set``.
    apply : callable or None
        Alters the modules of the running program, before the command begins.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    apply: Callable[[], None] | None = None


def _recipes(fine: dict[str, float] | None = None, **both: float) -> Callable[[], None]:
    """Make a change of what batches are made of; `fine`: of those of the fine-tunings alone."""

    def apply() -> None:
        usual = fit.recipes

        def recipes(*given: Any) -> tuple[Recipe, Recipe]:
            trunk, tuned = (replace(recipe, **both) for recipe in usual(*given))  # type: ignore[arg-type]
            return trunk, replace(tuned, **(fine or {}))  # type: ignore[arg-type]

        fit.recipes = recipes

    return apply


def _any_kind() -> None:
    def like(sampler: Sampler, kind: int, rng: np.random.Generator) -> int:
        return int(rng.integers(len(sampler.normals)))

    Sampler._like = like  # type: ignore[method-assign]


def _all_ways() -> None:
    usual = Sampler.__init__

    def begin(
        sampler: Sampler, normals: Any, defects: Any, seed: int, ways: Any = (), share: Any = (0, 1)
    ) -> None:
        usual(sampler, normals, defects, seed, (), share)

    Sampler.__init__ = begin  # type: ignore[method-assign]


def _loss(**given: float) -> Callable[[], None]:
    def apply() -> None:
        usual = loss.cell_loss
        trainer.cell_loss = lambda *tensors: usual(*tensors, **given)  # type: ignore[arg-type]

    return apply


def _all_of_a_mask() -> None:
    loss.SHARE = 1.0


def _one_scale() -> None:
    def pooled(raw: Any, kind: Any, kinds: int) -> Calibration:
        one = calibrate(raw, np.zeros_like(kind), 1)
        return Calibration(np.repeat(one.centre, kinds), np.repeat(one.scale, kinds))

    fit.calibrate = pooled


def _no_local_contrast() -> None:
    network.local_contrast = lambda x: torch.cat([x, torch.zeros_like(x)], 1)


def _no_context() -> None:
    def forward(layer: network.Context, x: Tensor) -> Tensor:
        # The optimiser wants a gradient of all, and with memory of its own: a sum's is one number, spread out.
        unused = sum(each.square().sum() for each in layer.film.parameters())
        return layer.mix(torch.cat([x, x], 1)) + 0 * unused  # type: ignore[no-any-return]

    network.Context.forward = forward  # type: ignore[method-assign]


def _no_own_median() -> None:
    _judge_with(scoring.cell_logits)


def _mirrored() -> None:
    usual = scoring.cell_scores

    def cell_scores(net: Any, pixels: Any, precision: str = "auto") -> Any:
        """Mean with that of the image upside down; only a height of whole cells can be laid over itself."""
        found = usual(net, pixels, precision)
        if pixels.shape[0] % network.STRIDE:
            return found
        return (found + usual(net, np.ascontiguousarray(pixels[::-1]), precision)[::-1]) / 2

    _judge_with(cell_scores)


def _judge_with(cell_scores: Any) -> None:
    scoring.cell_scores = fit.cell_scores = detector.cell_scores = cell_scores


CHANGES: dict[str, Change] = {
    "as it is": Change(),
    "crops of 96": Change({"size": 96}),
    "crops of 192": Change({"size": 192}),
    "crops of 256": Change({"size": 256}),
    "half as many crops": Change({"crops": 8}),
    "crops not zoomed": Change(apply=_recipes(zoomed=0.0)),
    "widths 16, 32, 48": Change({"widths": "[16,32,48]"}),
    "widths 32, 64, 96": Change({"widths": "[32,64,96]"}),
    "three blocks, not one": Change({"blocks": "[3,1]"}),
    "without context": Change(apply=_no_context),
    "without local contrast": Change(apply=_no_local_contrast),
    "without composed defects": Change(apply=_recipes({"composed": 0.0, "real": 0.45})),
    "without pasted normals": Change(apply=_recipes(pasted=0.0)),
    "synthetic anomalies in the trunk only": Change(
        apply=_recipes({"synthetic": 0.0, "composed": 0.4, "real": 0.3})
    ),
    "twice as many real defects": Change(apply=_recipes({"synthetic": 0.12, "real": 0.4})),
    "pieces of any kind": Change(apply=_any_kind),
    "turned in all ways": Change(apply=_all_ways),
    "without the hardest cells": Change(apply=_loss(emphasis=0.0)),
    "all cells of a mask": Change(apply=_all_of_a_mask),
    "one scale for all kinds": Change(apply=_one_scale),
    "without its own median": Change(apply=_no_own_median),
    "judged upside down, too": Change(apply=_mirrored),
}
