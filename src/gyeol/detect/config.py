"""Everything that can be chosen about a detector, in one place, with the reason for each default."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from gyeol.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class Config:
    """What a training run is told.

    Parameters
    ----------
    seed : int
        From 0. Decides everything random; the same folder, seed and number of steps give the same model.
    steps : int or None
        Optimisation steps in all. None: as many as fit in `minutes`.
    minutes : float or None
        Time for the optimisation on this machine; the steps are counted from the speed of the first ones. With
        neither given, :data:`DEFAULT_STEPS`.
    folds : int
        Parts that the defects are split into to estimate accuracy without a leak.
    prevalence : float or None
        Share of defective images to expect where the detector will work. Moves the threshold. None: not known, any
        share up to half.
    crops, size : int
        Crops a step and their side in pixels. 256 shows a patch of defect and enough surface to judge it by.
    learning_rate : float
        Peak rate of AdamW.
    weight_decay : float
        Of AdamW, decoupled.
    widths, blocks : tuple of int
        See :class:`gyeol.detect.network.CellNet`.
    memory_gib : float
        Room for training images; of more than fit, a random part is used.
    precision : {"auto", "bf16", "fp32"}
        Arithmetic of the network. auto: bf16 where the processor computes it natively.
    """

    seed: int = 0
    steps: int | None = None
    minutes: float | None = None
    folds: int = 3
    prevalence: float | None = None
    crops: int = 16
    size: int = 256
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    widths: tuple[int, int, int] = (24, 48, 64)
    blocks: tuple[int, int] = (3, 1)
    memory_gib: float = 3.0
    precision: str = "auto"

    def __post_init__(self) -> None:
        checks = {
            "steps": (self.steps is None or self.steps >= 20, "at least 20"),
            "minutes": (self.minutes is None or 0 < self.minutes < math.inf, "above 0 and finite"),
            "seed": (0 <= self.seed < 2**32, "from 0 to 4294967295"),
            "folds": (self.folds >= 2, "at least 2"),
            "prevalence": (self.prevalence is None or 0 < self.prevalence < 1, "between 0 and 1"),
            "crops": (self.crops >= 4, "at least 4"),
            "size": (self.size >= 64 and self.size % 8 == 0, "a multiple of 8 from 64"),
            "learning_rate": (self.learning_rate > 0, "above 0"),
            "memory_gib": (self.memory_gib > 0, "above 0"),
            "widths": (_whole(self.widths, 3, 1, 512), "three whole numbers from 1 to 512"),
            "blocks": (_whole(self.blocks, 2, 0, 16), "two whole numbers from 0 to 16"),
            "precision": (self.precision in ("auto", "bf16", "fp32"), "auto, bf16 or fp32"),
        }
        for name, (fine, wanted) in checks.items():
            if not fine:
                raise ModelError(f"{name} is {getattr(self, name)!r}; it must be {wanted}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """Make a configuration from what :meth:`to_dict` gave.

        Raises
        ------
        ModelError
            If a name is not known or a value is out of range.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if odd := sorted(set(values) - known):
            raise ModelError(f"unknown setting {odd[0]!r}; known are {', '.join(sorted(known))}")
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**given)


def _whole(values: object, count: int, least: int, most: int) -> bool:
    """Say whether it is so many whole numbers within the limits: a model from elsewhere must not ask for all memory."""
    return (
        isinstance(values, tuple)
        and len(values) == count
        and all(isinstance(each, int) and least <= each <= most for each in values)
    )
