"""Defects that alter the texture itself: blur, rotation, swirl, fading."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from gyeol.data.sample.fields import SIDE, Array
from gyeol.data.sample.marks import Damaged
from gyeol.data.sample.shapes import draw_patch
from gyeol.data.sample.textures import Style


def blur(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Smear the texture inside a patch until little of it is left."""
    patch = draw_patch(rng)
    amount = rng.uniform(0.9, 1.15) * style["amount"]
    rows, columns = patch.window.place
    # The surroundings are smeared too, so that the window's own edge does not matter.
    reach = int(4 * amount) + 1
    top, left = max(0, rows.start - reach), max(0, columns.start - reach)
    wide = texture[top : rows.stop + reach, left : columns.stop + reach]
    smeared = ndimage.gaussian_filter(wide, amount, mode="mirror")
    smeared = smeared[rows.start - top :, columns.start - left :]
    height, width = rows.stop - rows.start, columns.stop - columns.start
    weight = patch.soft()
    damaged = texture.copy()
    damaged[patch.window.place] += weight * (smeared[:height, :width] - texture[patch.window.place])
    return damaged, patch.support()


def fading(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Take most of the contrast away inside a patch."""
    patch = draw_patch(rng)
    weight = patch.soft() * rng.uniform(0.82, 0.92)
    damaged = texture.copy()
    damaged[patch.window.place] *= 1.0 - weight
    return damaged, patch.support()


def rotation(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Turn the texture inside a patch with a soft edge."""
    patch = draw_patch(rng, longest=1.15)
    angle = rng.choice([-1.0, 1.0]) * rng.uniform(0.75, 1.45)
    y, x = patch.window.y, patch.window.x
    # The turned piece is taken from a place that lies wholly inside, even if the patch sticks out.
    reach = 1.42 * float(max(np.abs(y).max(), np.abs(x).max()))
    row, column = (float(np.clip(c, reach, SIDE - 1 - reach)) for c in patch.window.centre)
    source = [row + np.sin(angle) * x + np.cos(angle) * y, column + np.cos(angle) * x - np.sin(angle) * y]
    turned = ndimage.map_coordinates(texture, source, order=3, mode="mirror")
    weight = patch.soft(0.12)
    # Two unlike textures half and half would lose contrast: a visible rim. This keeps it.
    keep = np.sqrt((1.0 - weight) ** 2 + weight**2)
    damaged = texture.copy()
    damaged[patch.window.place] = ((1.0 - weight) * texture[patch.window.place] + weight * turned) / keep
    return damaged, patch.support()


def swirl(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Twist the texture around a point."""
    patch = draw_patch(rng, 40.0, 50.0, 1.0)
    y, x = patch.window.y, patch.window.x
    near = np.clip(1.0 - patch.distance, 0.0, 1.0)
    angle = (1.0 if style["polarity"] > 0 else -1.0) * rng.uniform(1.9, 2.5) * near * near * (3 - 2 * near)
    centre = patch.window.centre
    source = [
        centre[0] + np.sin(angle) * x + np.cos(angle) * y,
        centre[1] + np.cos(angle) * x - np.sin(angle) * y,
    ]
    damaged = texture.copy()
    damaged[patch.window.place] = ndimage.map_coordinates(texture, source, order=3, mode="mirror")
    return damaged, patch.support()
