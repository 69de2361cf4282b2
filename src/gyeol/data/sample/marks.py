"""Defects that add something to the texture: scratch, crease, hatching, specks, ring, stain.

What is added sums to zero, so that the mean of the image says nothing: thin marks have a faint halo of the
opposite sign, and the rest is spread over the whole image. Amplitudes are in deviations of the texture.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from gyeol.data.sample.fields import Array
from gyeol.data.sample.shapes import Bools, draw_curve, draw_patch, inner_point, window
from gyeol.data.sample.textures import Style

Damaged = tuple[Array, Bools]
"""The texture with its defect, and the defect's exact pixels; both (512, 512)."""


def _add(texture: Array, place: tuple[slice, slice], mark: Array) -> Array:
    damaged = texture.copy()
    damaged[place] += mark
    return np.asarray(damaged - mark.sum() / damaged.size)


def _strength(rng: Generator, low: float, high: float, style: Style) -> float:
    """Draw a signed amplitude: the sign is the kind's, and cluttered textures need more."""
    sign = 1.0 if style.get("polarity", 1.0) > 0 else -1.0
    return float(sign * style["clutter"] * rng.uniform(low, high))


def _line(offset: Array, width: float) -> Array:
    """Give a line's profile with a halo that takes back what it adds; ``width`` is its deviation, pixels."""
    halo = 4.5 * width
    return np.asarray(
        np.exp(-0.5 * (offset / width) ** 2) - width / halo * np.exp(-0.5 * (offset / halo) ** 2)
    )


def scratch(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Draw a thin line, 2 to 3 pixels wide, slightly curved."""
    curve = draw_curve(rng, 120.0, 200.0)
    strength = _strength(rng, 3.8, 4.8, style)
    mark = strength * curve.fade * _line(curve.offset, rng.uniform(1.2, 1.6))
    return _add(texture, curve.window.place, mark), curve.support(2.5)


def crease(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Draw a fold: one side bright, the other dark."""
    curve = draw_curve(rng, 140.0, 230.0)
    width = rng.uniform(3.5, 5.0)
    slope = curve.offset / width
    strength = _strength(rng, 2.3, 2.9, style)
    mark = strength * curve.fade * slope * np.exp(0.5 - 0.5 * slope**2)
    return _add(texture, curve.window.place, mark), curve.support(2.0 * width)


def hatching(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Draw fine parallel lines inside a patch."""
    patch = draw_patch(rng)
    angle, phase = rng.uniform(0.0, np.pi), rng.uniform(0.0, 2 * np.pi)
    across = np.cos(angle) * patch.window.x + np.sin(angle) * patch.window.y
    lines = np.sin(2 * np.pi * across / style["period"] + phase)
    mark = _strength(rng, 2.0, 2.6, style) * patch.soft() * lines
    return _add(texture, patch.window.place, mark), patch.support()


def specks(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Scatter dots, 7 to 11 of them, over a patch."""
    spread, count = rng.uniform(28.0, 40.0), int(rng.integers(7, 12))
    centre = inner_point(rng, spread)
    area = window(centre, spread + 30)
    mark = np.zeros((area.y.shape[0], area.x.shape[1]))
    inside = np.zeros(mark.shape, bool)
    # Evenly turned, so that the dots neither pile up nor leave the image all at once.
    start = rng.uniform(0.0, 2 * np.pi)
    for i in range(count):
        bearing = start + i * 2.39996 + rng.uniform(-0.3, 0.3)
        far = spread * np.sqrt((i + rng.uniform(0.2, 0.8)) / count)
        size = rng.uniform(3.2, 4.2)
        distance = np.hypot(area.x - far * np.cos(bearing), area.y - far * np.sin(bearing))
        dot = np.exp(-((distance / size) ** 4))
        mark += _strength(rng, 3.6, 4.6, style) * (dot - 0.1 * np.exp(-0.5 * (distance / (2.2 * size)) ** 2))
        inside |= distance <= size + 0.5
    support = np.zeros(texture.shape, bool)
    support[area.place] = inside
    return _add(texture, area.place, mark), support


def ring(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Draw a round or oval ring."""
    patch = draw_patch(rng, 24.0, 40.0, 1.15)
    width = rng.uniform(1.7, 2.3)
    offset = (patch.distance - 1.0) * patch.radius
    mark = _strength(rng, 3.0, 3.8, style) * _line(offset, width)
    support = np.zeros(texture.shape, bool)
    support[patch.window.place] = np.abs(offset) <= 2.0 * width
    return _add(texture, patch.window.place, mark), support


def stain(rng: Generator, texture: Array, style: Style) -> Damaged:
    """Darken or brighten an irregular blob with soft edges."""
    patch = draw_patch(rng, 30.0, 46.0, ragged=0.25)
    mark = _strength(rng, 1.8, 2.3, style) * patch.soft(0.22)
    return _add(texture, patch.window.place, mark), patch.support()
