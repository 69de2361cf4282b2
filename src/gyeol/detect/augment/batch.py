"""Draw a batch of training crops: each a pure function of the images, the seed, the step and its place in the batch.

That the step alone decides the batch is what makes a resumed training equal to one that was never stopped; that no crop
depends on the one before is what lets several processes make a part of it each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.augment import alterations, compose, marks
from gyeol.detect.augment.crops import Crop, finish
from gyeol.detect.augment.shapes import Image, any_shape
from gyeol.detect.augment.symmetry import ALL, Way
from gyeol.detect.augment.visibility import visibility
from gyeol.detect.network import STRIDE
from gyeol.detect.surfaces import Surface, corner_on_defect, crop, enlarged, random_corner, repeated

SEEN = 3.5
"""Least :func:`visibility` of an altered patch that counts as a defect (two pieces of one texture differ by 3)."""
OWN = 0.7
"""Share of the pasted normal pieces that come from the image itself: those of another image teach that surface which
differs may belong here, which is only needed to keep a blend's seam from giving a composed defect away."""

NEGATIVE = 0.5
"""Share of the defects blended into normal images that are their own negative."""
MOVED = 16
"""Pixels up, down and aside that a background is moved by where it is taken off badly."""

Corner = Callable[[Surface, int, np.random.Generator], tuple[int, int]]
Maker = Callable[[Image, np.random.Generator], tuple[Image, Image]]
MARKS: tuple[Maker, ...] = (
    marks.scratches,
    marks.outline,
    marks.hatching,
    marks.specks,
    marks.stain,
    marks.grain,
)
ALTERATIONS: tuple[Maker, ...] = (
    alterations.blurred,
    alterations.contrast,
    alterations.morphed,
    alterations.warped,
)


@dataclass(frozen=True)
class Recipe:
    """What a batch is made of.

    Parameters
    ----------
    crops : int
        Crops a batch.
    size : int
        Side of a crop in pixels, a multiple of 8.
    enlarge : int
        How many times as large as it was in the image what it shows is.
    synthetic, composed, real : float
        Shares of crops with a synthetic anomaly, with a defect blended into a normal image, and cut from a
        defective image; the rest are normal.
    pasted : float
        Share of the normal crops that carry a pasted piece of normal surface.
    zoomed, zoom : float
        Share of the crops that are cut larger or smaller and then scaled, and how far: the factor lies between
        exp(-zoom) and exp(zoom).
    amiss : float
        Share of the crops, where there is a background (:mod:`gyeol.detect.background`), that it is taken off badly, as
        of a camera that was moved or in other light: what is left of it then is no defect.
    """

    crops: int = 16
    size: int = 128
    enlarge: int = 1
    synthetic: float = 0.5
    composed: float = 0.0
    real: float = 0.0
    pasted: float = 0.4
    zoomed: float = 0.7
    zoom: float = 0.35
    amiss: float = 0.25


@dataclass
class Batch:
    """One step's crops.

    Parameters
    ----------
    pixels : (B, 1, S, S) float32
        In units of each image's grey deviation.
    target : (B, S/8, S/8) float32
        1 where a cell shows a defect.
    weight : (B, S/8, S/8) float32
        0 where the truth is not known, such as around a mask.
    rough : (B, S/8, S/8) float32
        1 where a mask drawn by a person says that some of the cells show a defect, without saying which. Target and
        weight are 0 there.
    normal : (B,) int64
        Number of the normal image that the crop was cut from, or -1.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32]
    weight: NDArray[np.float32]
    rough: NDArray[np.float32]
    normal: NDArray[np.int64]


class Sampler:
    """Draw batches from normals and defects.

    Parameters
    ----------
    normals, defects : sequence of Surface
        The images to draw from.
    seed : int
        Together with the step it decides everything.
    ways : sequence of tuple of Way, optional
        For each kind, how its images may be turned and mirrored; by default in all eight ways.
    share : tuple of int
        Number of this process and how many there are: of every batch, only its crops are made.
    """

    def __init__(
        self,
        normals: Sequence[Surface],
        defects: Sequence[Surface],
        seed: int,
        ways: Sequence[tuple[Way, ...]] = (),
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.share = share
        self.normals, self.defects, self.seed = normals, defects, seed
        self.ways = dict(enumerate(ways))
        self.of_kind: dict[int, list[int]] = {}
        for number, surface in enumerate(normals):
            self.of_kind.setdefault(surface.kind, []).append(number)

    def batch(self, step: int, recipe: Recipe) -> Batch:
        """Make the crops of one step, those of this process."""
        counts = [round(recipe.crops * share) for share in (recipe.synthetic, recipe.composed, recipe.real)]
        if not self.defects:
            counts = [sum(counts), 0, 0]
        makers = [self._synthetic] * counts[0] + [self._composed] * counts[1] + [self._real] * counts[2]
        makers += [self._normal] * (recipe.crops - len(makers))
        own = range(self.share[0], recipe.crops, self.share[1])
        chances = [np.random.default_rng([self.seed, step, place]) for place in own]
        made = [
            makers[place](self._zoomed(recipe, rng), rng) for place, rng in zip(own, chances, strict=True)
        ]
        finished = [finish(crop, recipe.size, rng) for crop, rng in zip(made, chances, strict=True)]
        pixels = np.stack([pixels for pixels, _ in finished])[:, None]
        target, weight, rough = (
            np.stack([getattr(cells, name) for _, cells in finished])
            for name in ("target", "weight", "rough")
        )
        return Batch(pixels, target, weight, rough, np.array([crop.normal for crop in made], np.int64))

    def _zoomed(self, recipe: Recipe, rng: np.random.Generator) -> Recipe:
        """Change the size that a crop is cut at; it is scaled to the recipe's own in the end."""
        if rng.random() >= recipe.zoomed:
            return recipe
        zoom = float(np.exp(rng.uniform(-recipe.zoom, recipe.zoom)))
        return replace(recipe, size=round(recipe.size * zoom / STRIDE) * STRIDE)

    def _cut(self, number: int, recipe: Recipe, rng: np.random.Generator) -> Image:
        return self._piece(self.normals[number], random_corner, recipe, rng)[0]

    def _piece(
        self, surface: Surface, corner: Corner, recipe: Recipe, rng: np.random.Generator
    ) -> tuple[Image, Image]:
        """Cut a crop and its mask, enlarged before anything is drawn or pasted: marks are as fine as cells show."""
        side = recipe.size // recipe.enlarge
        pixels, mask = crop(surface, *corner(surface, side, rng), side, *_amiss(surface, recipe, rng))
        return enlarged(pixels, recipe.enlarge), repeated(mask, recipe.enlarge)

    def _ways(self, number: int) -> tuple[Way, ...]:
        return self.ways.get(self.normals[number].kind, ALL)

    def _like(self, kind: int, rng: np.random.Generator) -> int:
        """Draw a normal image of a kind (of any kind where there is none)."""
        same = self.of_kind.get(kind)
        return int(rng.choice(same)) if same else int(rng.integers(len(self.normals)))

    def _normal(self, recipe: Recipe, rng: np.random.Generator) -> Crop:
        number = int(rng.integers(len(self.normals)))
        pixels = self._cut(number, recipe, rng)
        if rng.random() < recipe.pasted:
            other = number if rng.random() < OWN else self._like(self.normals[number].kind, rng)
            patch = self._cut(other, recipe, rng)
            shape = (any_shape(recipe.size, rng) > 0.5).astype(np.float32)
            pixels = compose.paste(pixels, patch, compose.feather(shape, rng))
        return Crop(
            pixels, np.zeros_like(pixels), np.ones_like(pixels), normal=number, ways=self._ways(number)
        )

    def _synthetic(self, recipe: Recipe, rng: np.random.Generator) -> Crop:
        number = int(rng.integers(len(self.normals)))
        pixels = self._cut(number, recipe, rng)
        mask, known = np.zeros_like(pixels), np.ones_like(pixels)
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            if rng.random() < 0.5:
                changed, where = MARKS[int(rng.integers(len(MARKS)))](pixels, rng)
                seen = True  # its strength is drawn in units of the image's own contrast
            else:
                changed, where = self._altered(pixels, self.normals[number].kind, recipe, rng)
                seen = visibility(pixels, changed, where) >= SEEN
            where = (where > 0.4).astype(np.float32)
            if seen:
                mask = np.maximum(mask, where)
            else:
                known = np.minimum(known, 1 - where)
            pixels = changed
        return Crop(pixels, mask, known, normal=number, ways=self._ways(number))

    def _altered(
        self, pixels: Image, kind: int, recipe: Recipe, rng: np.random.Generator
    ) -> tuple[Image, Image]:
        which = int(rng.integers(len(ALTERATIONS) + 5))
        if which < len(ALTERATIONS):
            return ALTERATIONS[which](pixels, rng)
        if which < len(ALTERATIONS) + 3:
            other = self._cut(self._like(kind, rng), recipe, rng)
            return alterations.turned(pixels, other, rng)
        other = self._cut(int(rng.integers(len(self.normals))), recipe, rng)
        change = alterations.foreign if which == len(ALTERATIONS) + 3 else alterations.window
        return change(pixels, other, rng)

    def _real(self, recipe: Recipe, rng: np.random.Generator) -> Crop:
        surface = self.defects[int(rng.integers(len(self.defects)))]
        pixels, mask = self._piece(surface, corner_on_defect, recipe, rng)
        if surface.mask is None:  # somewhere in it there is a defect, so none of it may be called normal
            return Crop(pixels, mask, np.zeros_like(mask), ways=self.ways.get(surface.kind, ALL))
        return Crop(pixels, mask, np.ones_like(mask), rough=True, ways=self.ways.get(surface.kind, ALL))

    def _composed(self, recipe: Recipe, rng: np.random.Generator) -> Crop:
        surface = self.defects[int(rng.integers(len(self.defects)))]
        pixels, mask = self._piece(surface, corner_on_defect, recipe, rng)
        if not mask.any() or surface.mask is None:
            return self._real(recipe, rng)
        patch, mask = compose.move_defect(pixels, mask, rng, turn=rng.random() < 0.7)
        number = self._like(surface.kind, rng)
        onto = self._cut(number, recipe, rng)
        shape = compose.cover(mask, rng)
        if rng.random() < NEGATIVE:
            patch = compose.negative(patch, shape, rng)
        blended = compose.paste(onto, patch, shape)
        return Crop(blended, mask, np.ones_like(mask), rough=True, normal=number, ways=self._ways(number))


def _amiss(surface: Surface, recipe: Recipe, rng: np.random.Generator) -> tuple[tuple[int, int], float]:
    """Draw how far the background is moved, and how much of it is taken off."""
    if surface.backdrop is None or rng.random() >= recipe.amiss:
        return (0, 0), 1.0
    down, right = rng.integers(-MOVED, MOVED + 1, 2).tolist()
    return (down, right), float(rng.random())
