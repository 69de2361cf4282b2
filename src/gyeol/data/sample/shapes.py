"""Where a defect is: positions, soft patches and curved lines, computed only in a window around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from gyeol.data.sample.fields import SIDE, Array

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """A rectangle of the image around a centre.

    Parameters
    ----------
    place : (slice, slice)
        Rows and columns, inside the image.
    y, x : (h, 1) and (1, w) arrays
        Distances from the centre in pixels.
    centre : (float, float)
        Row and column, may lie between pixels.
    """

    place: tuple[slice, slice]
    y: Array
    x: Array
    centre: tuple[float, float]


def window(centre: tuple[float, float], reach: float) -> Window:
    """Cut the window that holds everything nearer than ``reach`` pixels to ``centre`` (row, column)."""
    spans = [(max(0, int(np.floor(c - reach))), min(SIDE, int(np.ceil(c + reach)) + 1)) for c in centre]
    lines = [np.arange(*span, dtype=np.float64) - c for span, c in zip(spans, centre, strict=True)]
    place = (slice(*spans[0]), slice(*spans[1]))
    return Window(place, lines[0][:, None], lines[1][None, :], centre)


def inner_point(rng: Generator, radius: float) -> tuple[float, float]:
    """Draw a centre so that a disc of ``radius`` pixels may stick out, but 70 % of it stay inside."""
    margin = 0.6 * radius
    row, column = rng.uniform(margin, SIDE - 1 - margin, 2)
    return float(row), float(column)


@dataclass(frozen=True)
class Patch:
    """A turned ellipse.

    Parameters
    ----------
    window : Window
        Around it.
    distance : (h, w) array
        0 in the centre, 1 on the rim.
    radius : float
        The mean of both half axes, pixels.
    """

    window: Window
    distance: Array
    radius: float

    def soft(self, edge: float = 0.18) -> Array:
        """Give 1 inside, 0 outside, and a smooth step over ``edge`` times the radius on either side."""
        step = np.clip((1.0 + edge - self.distance) / (2 * edge), 0.0, 1.0)
        return np.asarray(step * step * (3.0 - 2.0 * step))

    def support(self) -> Bools:
        """Mark its pixels in the whole image."""
        marked = np.zeros((SIDE, SIDE), bool)
        marked[self.window.place] = self.distance <= 1.0
        return marked


def draw_patch(
    rng: Generator, low: float = 30.0, high: float = 48.0, longest: float = 1.35, ragged: float = 0.0
) -> Patch:
    """Draw an ellipse whose mean radius lies between ``low`` and ``high`` pixels.

    Parameters
    ----------
    rng : Generator
        The only source of chance.
    low, high : float
        Of the geometric mean of the half axes, pixels. 29 to 50 covers 1 to 3 % of the image.
    longest : float
        The largest ratio of the axes is its square.
    ragged : float
        0 gives an ellipse, 0.2 a blob whose rim wanders by that part of the radius.
    """
    radius, stretch = rng.uniform(low, high), rng.uniform(1.0, longest)
    angle = rng.uniform(0.0, np.pi)
    centre = inner_point(rng, radius * stretch)
    area = window(centre, radius * stretch * (1.4 + 2 * ragged))
    along = (np.cos(angle) * area.x + np.sin(angle) * area.y) / (radius * stretch)
    beside = (-np.sin(angle) * area.x + np.cos(angle) * area.y) / (radius / stretch)
    distance = np.hypot(along, beside)
    phases, weights = rng.uniform(0.0, 2 * np.pi, 3), rng.uniform(0.4, 1.0, 3)
    if ragged:
        bearing = np.arctan2(beside, along)
        rim = sum(w * np.sin(k * bearing + p) for k, w, p in zip((2, 3, 5), weights, phases, strict=True))
        distance = distance / (1.0 + ragged * np.asarray(rim) / weights.sum())
    return Patch(area, distance, float(radius))


@dataclass(frozen=True)
class Curve:
    """A slightly bent line.

    Parameters
    ----------
    window : Window
        Around it.
    offset : (h, w) array
        Signed distance from the line, pixels.
    fade : (h, w) array
        1 along the line, falling to 0 at both ends.
    """

    window: Window
    offset: Array
    fade: Array

    def support(self, width: float) -> Bools:
        """Mark the pixels nearer than ``width`` to the line in the whole image."""
        marked = np.zeros((SIDE, SIDE), bool)
        marked[self.window.place] = (np.abs(self.offset) <= width) & (self.fade > 0.25)
        return marked


def draw_curve(rng: Generator, shortest: float, longest: float) -> Curve:
    """Draw a line of a random length (pixels), place and direction, of which three quarters lie inside."""
    length, angle = rng.uniform(shortest, longest), rng.uniform(0.0, np.pi)
    bend = rng.uniform(-0.10, 0.10) * 4 / length  # the middle strays up to a tenth of the length
    while True:
        centre = (float(rng.uniform(0, SIDE - 1)), float(rng.uniform(0, SIDE - 1)))
        steps = np.linspace(-0.5, 0.5, 41) * length
        row, column = centre[0] + np.sin(angle) * steps, centre[1] + np.cos(angle) * steps
        inside = (row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE)
        if inside.mean() >= 0.75:
            break
    area = window(centre, length / 2 + 40)
    along = np.cos(angle) * area.x + np.sin(angle) * area.y
    beside = -np.sin(angle) * area.x + np.cos(angle) * area.y
    offset = (beside - bend * along**2) / np.sqrt(1.0 + (2 * bend * along) ** 2)
    end = np.clip((length / 2 - np.abs(along)) / 8.0 + 0.5, 0.0, 1.0)
    return Curve(area, offset, end * end * (3.0 - 2.0 * end))
