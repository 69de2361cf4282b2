"""Everything that can be chosen about a detector, in one place, with the reason for each default."""

from __future__ import annotations

import dataclasses
import math
import numbers
import types
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from gyeol.errors import SettingError

ENLARGE = (1, 2, 4)
"""How many times images may be enlarged: a cell's side must remain a whole number of pixels."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What a training run is told.

    Parameters
    ----------
    seed : int
        From 0. Decides everything random; the same folder, seed and number of steps give the same model.
    steps : int or None
        Optimisation steps in all, from 20; with the same seed they give the same model again. Not given: as many as
        fit in `minutes`.
    minutes : float or None
        Time for the optimisation on this machine; the steps are counted from the speed of the first ones. With neither
        given, 12,000 steps.
    folds : int
        Parts that the defects are split into to estimate accuracy without a leak; from 2.
    prevalence : float or None
        Share of defective images to expect where the detector will work. Moves the threshold. Not given: any
        share up to half is thought equally likely.
    crops : int
        Crops that a step learns from, from 4.
    size : int
        Their side in pixels of the image, a multiple of 8 from 64; less where the images are smaller. Small ones cost
        less, so that more steps fit into the same time; 128 still shows enough surface to judge a defect by.
    enlarge : int or None
        How many times as large images are made before the network sees them, 1, 2 or 4. Not given: 2 where the
        shorter side of most is under 384 pixels, for fine defects there are small against a cell of 8 pixels.
    background : bool
        Take off what all pictures of a kind have in common at the same place, where there is such: uneven light,
        a pattern that always lies alike.
    learning_rate : float
        Peak rate of AdamW.
    weight_decay : float
        Of AdamW, decoupled.
    widths : tuple of int
        Channels of the network at output strides 2, 4 and 8.
    blocks : tuple of int
        Residual blocks of the network before and after the point where a cell is compared with its image.
    memory_gib : float
        Room for training images in GiB; of more than fit, a random part is used.
    precision : {"auto", "bf16", "fp32"}
        Arithmetic of the network: auto, bf16 or fp32. auto is bf16 where the processor is faster in it than in fp32.
    """

    seed: int = 0
    steps: int | None = None
    minutes: float | None = None
    folds: int = 3
    prevalence: float | None = None
    crops: int = 16
    size: int = 128
    enlarge: int | None = None
    background: bool = True
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    widths: tuple[int, int, int] = (24, 48, 64)
    blocks: tuple[int, int] = (1, 1)
    memory_gib: float = 3.0
    precision: str = "auto"

    def __post_init__(self) -> None:
        for name, wanted in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if not _is_of(value, wanted):
                raise SettingError(f"{name} is {value!r}; it must be {_in_words(wanted)}")
        checks = {
            "steps": (self.steps is None or self.steps >= 20, "at least 20"),
            "minutes": (self.minutes is None or 0 < self.minutes < math.inf, "above 0 and finite"),
            "seed": (0 <= self.seed < 2**32, "from 0 to 4294967295"),
            "folds": (self.folds >= 2, "at least 2"),
            "prevalence": (self.prevalence is None or 0 < self.prevalence < 1, "between 0 and 1"),
            "crops": (self.crops >= 4, "at least 4"),
            "size": (self.size >= 64 and self.size % 8 == 0, "a multiple of 8 from 64"),
            "enlarge": (self.enlarge is None or self.enlarge in ENLARGE, "1, 2 or 4"),
            "learning_rate": (0 < self.learning_rate < math.inf, "above 0 and finite"),
            "weight_decay": (0 <= self.weight_decay < math.inf, "from 0 and finite"),
            # A model from elsewhere must not ask for all memory.
            "widths": (all(2 <= width <= 512 for width in self.widths), "three numbers from 2 to 512"),
            "blocks": (all(0 <= count <= 16 for count in self.blocks), "two numbers from 0 to 16"),
            "memory_gib": (self.memory_gib > 0, "above 0"),
            "precision": (self.precision in ("auto", "bf16", "fp32"), "auto, bf16 or fp32"),
        }
        for name, (fine, wanted) in checks.items():
            if not fine:
                raise SettingError(f"{name} is {getattr(self, name)!r}; it must be {wanted}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """Make a configuration from what :meth:`to_dict` gave.

        Raises
        ------
        SettingError
            If a name is not known, or a value is of another type or out of range.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if odd := sorted(set(values) - known):
            raise SettingError(f"unknown setting {odd[0]!r}; known are {', '.join(sorted(known))}")
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**given)


def _is_of(value: object, wanted: Any) -> bool:
    """Tell whether a value has the type that a field is annotated with. A whole number will do as a float."""
    if wanted is float or wanted is int:
        kind = numbers.Integral if wanted is int else numbers.Real
        return isinstance(value, kind) and not isinstance(value, bool)
    if isinstance(wanted, types.UnionType):
        return any(_is_of(value, each) for each in get_args(wanted))
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)
        return isinstance(value, tuple) and len(value) == len(inner) and all(map(_is_of, value, inner))
    return isinstance(value, wanted)


def _in_words(wanted: Any) -> str:
    """Name a type as a user would."""
    if isinstance(wanted, types.UnionType):
        return _in_words(get_args(wanted)[0])
    if get_origin(wanted) is tuple:
        return f"a list of {len(get_args(wanted))} whole numbers"
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(wanted, "a text")
