"""Draw a batch of training crops: a pure function of the images, the seed and the step.

That the step alone decides the batch is what makes a resumed training equal to one that was never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.detect.augment import alterations, compose, marks
from gyeol.detect.augment.shapes import Image, any_shape
from gyeol.detect.augment.visibility import visibility
from gyeol.detect.network import STRIDE
from gyeol.detect.surfaces import Surface, corner_on_defect, crop, random_corner

SEEN = 3.5
"""Least :func:`visibility` of an altered patch that counts as a defect (two pieces of one texture differ by 3)."""

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
    synthetic, composed, real : float
        Shares of crops with a synthetic anomaly, with a defect blended into a normal image, and cut from a
        defective image; the rest are normal.
    pasted : float
        Share of the normal crops that carry a pasted piece of normal surface.
    """

    crops: int = 16
    size: int = 256
    synthetic: float = 0.5
    composed: float = 0.0
    real: float = 0.0
    pasted: float = 0.4


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
        0 where the truth is not known, such as the rim of a mask.
    normal : (B,) int64
        Number of the normal image that the crop was cut from, or -1.
    """

    pixels: NDArray[np.float32]
    target: NDArray[np.float32]
    weight: NDArray[np.float32]
    normal: NDArray[np.int64]


class Sampler:
    """Draw batches from normals and defects.

    Parameters
    ----------
    normals, defects : sequence of Surface
        The images to draw from.
    seed : int
        Together with the step it decides everything.
    """

    def __init__(self, normals: Sequence[Surface], defects: Sequence[Surface], seed: int) -> None:
        self.normals, self.defects, self.seed = normals, defects, seed
        self.of_kind: dict[int, list[int]] = {}
        for number, surface in enumerate(normals):
            self.of_kind.setdefault(surface.kind, []).append(number)

    def batch(self, step: int, recipe: Recipe) -> Batch:
        """Make the crops of one step."""
        rng = np.random.default_rng([self.seed, step])
        counts = [round(recipe.crops * share) for share in (recipe.synthetic, recipe.composed, recipe.real)]
        if not self.defects:
            counts = [sum(counts), 0, 0]
        makers = [self._synthetic] * counts[0] + [self._composed] * counts[1] + [self._real] * counts[2]
        makers += [self._normal] * (recipe.crops - len(makers))
        made = [maker(recipe, rng) for maker in makers]
        pixels, target, weight = (np.stack(part) for part in zip(*(m[:3] for m in made), strict=True))
        numbers = np.array([m[3] for m in made], np.int64)
        return Batch(pixels[:, None], target, weight, numbers)

    def _cut(self, number: int, recipe: Recipe, rng: np.random.Generator) -> Image:
        surface = self.normals[number]
        return crop(surface, *random_corner(surface, recipe.size, rng), recipe.size)[0]

    def _like(self, kind: int, rng: np.random.Generator) -> int:
        """Draw a normal image of a kind (of any kind where there is none)."""
        same = self.of_kind.get(kind)
        return int(rng.choice(same)) if same else int(rng.integers(len(self.normals)))

    def _normal(self, recipe: Recipe, rng: np.random.Generator) -> tuple[Image, Image, Image, int]:
        number = int(rng.integers(len(self.normals)))
        pixels = self._cut(number, recipe, rng)
        if rng.random() < recipe.pasted:
            patch = self._cut(self._like(self.normals[number].kind, rng), recipe, rng)
            shape = (any_shape(recipe.size, rng) > 0.5).astype(np.float32)
            pixels = compose.paste(pixels, patch, compose.feather(shape, rng))
        return *_finish(pixels, np.zeros_like(pixels), np.ones_like(pixels), rng), number

    def _synthetic(self, recipe: Recipe, rng: np.random.Generator) -> tuple[Image, Image, Image, int]:
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
        return *_finish(pixels, mask, known, rng), number

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

    def _real(self, recipe: Recipe, rng: np.random.Generator) -> tuple[Image, Image, Image, int]:
        surface = self.defects[int(rng.integers(len(self.defects)))]
        pixels, mask = crop(surface, *corner_on_defect(surface, recipe.size, rng), recipe.size)
        if surface.mask is None:  # somewhere in it there is a defect, so none of it may be called normal
            return *_finish(pixels, mask, np.zeros_like(mask), rng), -1
        return *_finish(pixels, *_trust(mask), rng), -1

    def _composed(self, recipe: Recipe, rng: np.random.Generator) -> tuple[Image, Image, Image, int]:
        surface = self.defects[int(rng.integers(len(self.defects)))]
        pixels, mask = crop(surface, *corner_on_defect(surface, recipe.size, rng), recipe.size)
        if not mask.any() or surface.mask is None:
            return self._real(recipe, rng)
        patch, mask = compose.move_defect(pixels, mask, rng, turn=rng.random() < 0.7)
        number = self._like(surface.kind, rng)
        onto = self._cut(number, recipe, rng)
        blended = compose.paste(onto, patch, compose.feather(mask, rng))
        return *_finish(blended, *_trust(mask), rng), number


def _trust(mask: Image) -> tuple[Image, Image]:
    """Split a rough mask into its core, which is taken for defect, and its rim, which is not known."""
    hard = (mask > 0.5).astype(np.uint8)
    if not hard.any():
        return mask, 1 - np.asarray(mask > 0, np.float32)
    depth = cv2.distanceTransform(hard, cv2.DIST_L2, 3)
    core = (depth > 0.45 * depth.max()).astype(np.float32)
    return core, 1 - np.asarray((mask > 0.02) & (core == 0), np.float32)


def _finish(pixels: Image, mask: Image, known: Image, rng: np.random.Generator) -> tuple[Image, Image, Image]:
    """Turn, mirror and re-light a crop, whatever its class, and bring its mask to cells."""
    turns, mirror = int(rng.integers(4)), rng.random() < 0.5
    pixels, mask, known = (_dihedral(each, turns, mirror) for each in (pixels, mask, known))
    if rng.random() < 0.5:
        pixels = pixels * np.float32(rng.uniform(0.85, 1.15)) + np.float32(rng.uniform(-0.2, 0.2))
    if rng.random() < 0.3:
        pixels = pixels + _slope(pixels.shape[0], rng)
    if rng.random() < 0.3:
        noise = rng.standard_normal(pixels.shape, dtype=np.float32)
        pixels = pixels + noise * np.float32(rng.uniform(0, 0.15))
    target, weight = to_cells(mask, known)
    return np.ascontiguousarray(pixels), target, weight


def _slope(size: int, rng: np.random.Generator) -> Image:
    """Light that falls off to one side, bent or straight: (size, size), up to 0.6 grey deviations."""
    along = np.linspace(-1, 1, size, dtype=np.float32)
    row, column, bend = (np.float32(value) for value in rng.uniform(-0.3, 0.3, 3))
    field = row * along[:, None] + column * along[None]
    return np.asarray(field + bend * (along[:, None] ** 2 + along[None] ** 2 - 0.67), np.float32)


def _dihedral(image: Image, turns: int, mirror: bool) -> Image:
    image = np.rot90(image, turns)
    return image[:, ::-1] if mirror else image


def to_cells(mask: Image, known: Image) -> tuple[Image, Image]:
    """Bring a mask and the part that is known, both (S, S), to target and weight (S/8, S/8).

    A cell is defective where the mask, widened by two pixels so that a hairline counts, covers half of it. Its
    neighbours that it touches at all are left open.
    """
    small = (mask.shape[1] // STRIDE, mask.shape[0] // STRIDE)
    wide = cv2.dilate(np.ascontiguousarray(mask), np.ones((5, 5), np.uint8))
    cover = cv2.resize(wide, small, interpolation=cv2.INTER_AREA)
    target = (cover >= 0.5).astype(np.float32)
    near = cv2.dilate(cover, np.ones((3, 3), np.uint8)) > 0.05
    trusted = cv2.resize(np.ascontiguousarray(known), small, interpolation=cv2.INTER_AREA) > 0.95
    weight = np.where(target > 0, 1.0, trusted & ~near).astype(np.float32)
    return target, weight
