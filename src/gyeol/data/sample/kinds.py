"""The kinds of surface of one seed: texture, defect and their parameters; and one image of a kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from gyeol.data.sample.defects import DEFECTS
from gyeol.data.sample.fields import Array
from gyeol.data.sample.light import photograph
from gyeol.data.sample.masks import weak_mask
from gyeol.data.sample.matching import draw_pairs
from gyeol.data.sample.shapes import Bools
from gyeol.data.sample.textures import TEXTURES, Style, at_scale

Pixels = NDArray[np.uint8]

_KINDS, PLAN, _IMAGE = range(3)  # what a stream of chance is for


def stream(seed: int, *key: int) -> Generator:
    """Open the stream of chance of a seed and a key; no two keys share one, whatever is drawn elsewhere."""
    return Generator(PCG64(SeedSequence(seed, spawn_key=key)))


@dataclass(frozen=True)
class Kind:
    """One sort of surface with its one sort of defect.

    Parameters
    ----------
    texture, defect : str
        Names in the two registries.
    texture_style, defect_style : mapping of str to float
        The kind's own parameters.
    grey, contrast : float
        Mean and deviation in grey levels.
    """

    texture: str
    defect: str
    texture_style: Style
    defect_style: Style
    grey: float
    contrast: float


@lru_cache(maxsize=8)
def draw_kinds(seed: int) -> tuple[Kind, ...]:
    """Draw the ten kinds of a seed, in random order."""
    rng = stream(seed, _KINDS)
    textures = [str(name) for name in rng.permutation(sorted(TEXTURES))]
    return tuple(
        Kind(
            texture,
            defect,
            TEXTURES[texture].draw_style(rng),
            DEFECTS[defect].draw_style(rng) | {"clutter": TEXTURES[texture].clutter},
            grey=float(rng.uniform(95.0, 150.0)),
            contrast=float(rng.uniform(22.0, 30.0)),
        )
        for texture, defect in draw_pairs(rng, textures)
    )


@dataclass(frozen=True)
class Sample:
    """One image with what is known about it.

    Parameters
    ----------
    pixels : (512, 512) array of uint8
        The picture.
    exact : (512, 512) array of bool, or None
        The defect's pixels; None for normals.
    weak : (512, 512) array of bool, or None
        The rough ellipse that a hurried person would draw around them.
    clean, damaged : (512, 512) arrays
        The texture without and with the defect, in deviations; the same array for normals.
    """

    pixels: Pixels
    exact: Bools | None
    weak: Bools | None
    clean: Array
    damaged: Array


def draw_sample(seed: int, kind: Kind, split: int, number: int, defective: bool) -> Sample:
    """Draw one image: a pure function of its arguments.

    Texture, defect, mask and light have streams of their own: the same image without its defect is the same
    everywhere else.
    """
    rng, damage, light, hand = (stream(seed, _IMAGE, split, number, part) for part in range(4))
    style = at_scale(kind.texture_style, rng.uniform(0.95, 1.05), rng.normal(0.0, 0.03))
    clean = TEXTURES[kind.texture].paint(rng, style)
    damaged, exact, weak = clean, None, None
    if defective:
        damaged, exact = DEFECTS[kind.defect].apply(damage, clean, kind.defect_style)
        weak = weak_mask(hand, exact)
    return Sample(photograph(light, damaged, kind.grey, kind.contrast), exact, weak, clean, damaged)
