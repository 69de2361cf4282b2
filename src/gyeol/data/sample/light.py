"""Light, contrast and sensor: what varies from photograph to photograph, whether or not there is a defect.

Normal images must differ among themselves by more than a defect changes them; otherwise the mean or the
deviation of an image would give the answer away.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from gyeol.data.sample.fields import SIDE, Array, noise, radius, smooth


def photograph(rng: Generator, surface: Array, grey: float, contrast: float) -> NDArray[np.uint8]:
    """Take a picture of a surface.

    Parameters
    ----------
    rng : Generator
        The only source of chance. What it draws does not depend on the surface.
    surface : (512, 512) array
        The texture, mean about 0 and deviation about 1, with or without a defect.
    grey : float
        The kind's mean grey level, 0 to 255.
    contrast : float
        The kind's deviation in grey levels.

    Returns
    -------
    (512, 512) array of uint8
        The picture.
    """
    line = np.linspace(-1.0, 1.0, SIDE)
    angle, slope = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.0, 0.16)
    centre, fall = rng.uniform(-0.4, 0.4, 2), rng.uniform(0.0, 0.12)
    light = 1.0 + slope * (np.cos(angle) * line[None, :] + np.sin(angle) * line[:, None])
    light = light - fall * ((line[None, :] - centre[0]) ** 2 + (line[:, None] - centre[1]) ** 2)
    # Worn and fresh places: the texture is a little stronger here and weaker there.
    # Never below 0.7: a place without contrast would look like a defect.
    relief = 1.0 + rng.uniform(0.15, 0.30) * np.tanh(smooth(rng, 130.0))
    strength = contrast * rng.uniform(0.85, 1.15)
    level = grey * rng.uniform(0.88, 1.12)
    picture = light * (level + strength * relief * surface) + _disturbance(rng)
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def _disturbance(rng: Generator) -> Array:
    """Draw sensor noise and mottle together, in grey levels.

    Mottle is unevenness of every size, with as much energy in each octave. Its strength differs from image
    to image, so that a little energy in a band in which the texture has none says nothing about a defect.
    """
    fine, mottle = rng.uniform(1.5, 3.0), 1.5 * (5.0 / 1.5) ** rng.uniform()
    power = fine**2 / radius().size + mottle**2 * _octaves()
    return np.asarray(np.hypot(fine, mottle) * noise(rng, np.sqrt(power)))


@cache
def _octaves() -> Array:
    """Give the power of mottle, summing to 1, without what is wider than a third of the image."""
    power = np.where(radius() > 3 / SIDE, np.maximum(radius(), 1 / SIDE) ** -2.0, 0.0)
    return np.asarray(power / power.sum())
