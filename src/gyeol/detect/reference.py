"""What the training images were like as pictures: by this, later ones can be told to have drifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gyeol.kinds import UNFAMILIAR

if TYPE_CHECKING:
    from gyeol.detect.surfaces import Surface

STEPS = 65
"""Quantiles that a distribution is kept as."""
BELIEF = 20.0
"""Images whose worth the spread of all kinds together has against a kind's own."""
LEAST = np.array([0.5, 0.01])
"""Smallest spread to divide by: of the mean in grey values, of the logarithm of the deviation."""


@dataclass(frozen=True)
class Reference:
    """Brightness, contrast, size and familiarity of the normals that a detector was trained on.

    Parameters
    ----------
    centre, spread : (K, 2) float64
        For every kind, median and robust deviation of an image's mean grey value, and of the logarithm of its grey
        deviation.
    quantiles : (2, Q) float64
        Over the images of all kinds: evenly spaced quantiles, from the least to the greatest, of how many spreads an
        image is above its kind's centre.
    shown : (K, Q) float64
        For every kind, evenly spaced quantiles of how much of its background an image shows; 1 where it has none.
    sides : (2,) int64
        The shortest and the longest short side of an image, in pixels.
    counts : (2,) int64
        How many images there were, and how many of them lay farther than :data:`UNFAMILIAR` from their own kind.
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    shown: NDArray[np.float64]
    sides: NDArray[np.int64]
    counts: NDArray[np.int64]

    def standardise(self, light: NDArray[np.float64], kind: NDArray[np.int64]) -> NDArray[np.float64]:
        """Say how many spreads images (N, 2) of kinds (N,) are above the centre: (N, 2). See :func:`light_of`."""
        return np.asarray((light - self.centre[kind]) / self.spread[kind])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, for storage; :meth:`from_arrays` takes them back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], kinds: int) -> Reference:
        """Make it from what :meth:`to_arrays` gave, for so many kinds.

        Raises
        ------
        ValueError
            If an array is missing, has another shape, or a number in it is impossible.
        """
        shapes = {
            "centre": (kinds, 2),
            "spread": (kinds, 2),
            "quantiles": (2, STEPS),
            "shown": (kinds, STEPS),
            "sides": (2,),
            "counts": (2,),
        }
        for name, shape in shapes.items():
            if name not in arrays or np.shape(arrays[name]) != shape:
                raise ValueError(f"the reference's {name} is missing or not of the shape {shape}")
        made = cls(
            np.asarray(arrays["centre"], np.float64),
            np.asarray(arrays["spread"], np.float64),
            np.asarray(arrays["quantiles"], np.float64),
            np.asarray(arrays["shown"], np.float64),
            np.asarray(arrays["sides"], np.int64),
            np.asarray(arrays["counts"], np.int64),
        )
        if not all(np.isfinite(values).all() for values in made.to_arrays().values()):
            raise ValueError("a number of the reference is not finite")
        if (
            (made.spread <= 0).any()
            or (np.diff(made.quantiles) < 0).any()
            or (np.diff(made.shown) < 0).any()
            or not 0 <= made.counts[1] <= made.counts[0]
        ):
            raise ValueError("the reference's numbers contradict each other")
        return made


def light_of(mean: float, deviation: float) -> tuple[float, float]:
    """Give the two numbers that brightness and contrast are compared by, of an image's grey mean and deviation."""
    return mean, float(np.log(max(1.0, deviation)))


def make_reference(normals: Sequence[Surface], kinds: int) -> Reference:
    """Measure the training normals, at least one, of kinds 0 to `kinds` - 1."""
    kind = np.array([surface.kind for surface in normals])
    light = np.array([light_of(surface.mean, surface.deviation) for surface in normals])
    centre = np.repeat(np.median(light, axis=0)[None], kinds, axis=0)
    for number in np.unique(kind):
        centre[number] = np.median(light[kind == number], axis=0)
    pooled = _spread(light - centre[kind])
    spread = np.repeat(pooled[None], kinds, axis=0)
    for number in np.unique(kind):
        own = light[kind == number] - centre[number]
        trust = len(own) / (len(own) + BELIEF)
        spread[number] = np.sqrt(trust * _spread(own) ** 2 + (1 - trust) * pooled**2)
    spread = np.maximum(spread, LEAST)
    units = (light - centre[kind]) / spread[kind]
    evenly = np.linspace(0, 1, STEPS)
    shown, share = np.ones((kinds, STEPS)), np.array([surface.share for surface in normals])
    having = ~np.isnan(share)
    for number in np.unique(kind[having]):
        shown[number] = np.quantile(share[having & (kind == number)], evenly)
    short = [min(surface.pixels.shape) for surface in normals]
    strange = sum(surface.distance > UNFAMILIAR for surface in normals)
    return Reference(
        centre,
        spread,
        np.quantile(units, evenly, axis=0).T.copy(),
        shown,
        np.array([min(short), max(short)], np.int64),
        np.array([len(normals), strange], np.int64),
    )


def _spread(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the deviation of each column from the middle half, as if it were Gaussian."""
    return np.asarray(np.median(np.abs(deviations), axis=0) * 1.4826)
