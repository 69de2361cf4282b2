"""The ten defects by name, and what each kind of surface keeps of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from gyeol.data.sample.alterations import blur, fading, rotation, swirl
from gyeol.data.sample.fields import Array
from gyeol.data.sample.marks import Damaged, crease, hatching, ring, scratch, specks, stain
from gyeol.data.sample.textures import Style


@dataclass(frozen=True)
class Defect:
    """One sort of defect.

    Parameters
    ----------
    apply : callable
        ``apply(rng, texture, style)`` gives the damaged texture and the exact pixels.
    ranges : mapping of str to (float, float)
        From where to where each value of the style is drawn, evenly. What is not here, such as position,
        size, direction and strength, is drawn for every defect.
    """

    apply: Callable[[Generator, Array, Style], Damaged]
    ranges: Mapping[str, tuple[float, float]]

    def draw_style(self, rng: Generator) -> dict[str, float]:
        """Draw what a kind's defects have in common, in the order of their names."""
        return {name: float(rng.uniform(*self.ranges[name])) for name in sorted(self.ranges)}


_EITHER = {"polarity": (-1.0, 1.0)}  # dark or bright, left or right: only the sign counts

DEFECTS: dict[str, Defect] = {
    "scratch": Defect(scratch, _EITHER),
    "crease": Defect(crease, _EITHER),
    "hatching": Defect(hatching, {"period": (6.5, 8.5)}),
    "blur": Defect(blur, {"amount": (5.0, 6.5)}),
    "rotation": Defect(rotation, {}),
    "swirl": Defect(swirl, _EITHER),
    "fading": Defect(fading, {}),
    "specks": Defect(specks, _EITHER),
    "ring": Defect(ring, _EITHER),
    "stain": Defect(stain, _EITHER),
}
