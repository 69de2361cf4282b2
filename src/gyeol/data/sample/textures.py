"""The ten textures: what a faultless surface looks like.

A texture is a pair of functions. ``draw_style`` draws what a kind of surface keeps for good (wavelengths,
directions); ``paint`` draws one piece of it, 512x512, mean 0 and standard deviation 1, without light.
No texture ever contains what could be taken for a defect: all are stationary and have no rare events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from gyeol.data.sample.cells import cellular
from gyeol.data.sample.fields import Array, noise, radius, ring_band, smooth, stroke_band, turned, unit

Style = Mapping[str, float]
"""What a kind keeps for good, by name. Lengths in pixels, angles in radians."""


@dataclass(frozen=True)
class Texture:
    """One sort of surface.

    Parameters
    ----------
    ranges : mapping of str to (float, float)
        From where to where each value of the style is drawn, evenly.
    paint : callable
        ``paint(rng, style)`` gives one piece.
    clutter : float
        How many times as strong a mark must be to be seen as plainly as on fine grain.
    """

    ranges: Mapping[str, tuple[float, float]]
    paint: Callable[[Generator, Style], Array]
    clutter: float = 1.0

    def draw_style(self, rng: Generator) -> dict[str, float]:
        """Draw a kind's own parameters, in the order of their names."""
        return {name: float(rng.uniform(*self.ranges[name])) for name in sorted(self.ranges)}


def at_scale(style: Style, factor: float, turn: float) -> dict[str, float]:
    """Vary a style for one image: lengths times ``factor``, directions plus ``turn`` (radians)."""
    varied = {}
    for name, value in style.items():
        if name.startswith(("wavelength", "length")):
            varied[name] = value * factor
        elif name.startswith("angle"):
            varied[name] = value + turn
        else:
            varied[name] = value
    return varied


def _grain(rng: Generator, style: Style) -> Array:
    """Paint band-passed isotropic noise, like orange peel."""
    return noise(rng, ring_band(style["wavelength"], style["spread"]))


def _brushed(rng: Generator, style: Style) -> Array:
    """Paint short parallel strokes, like brushed metal."""
    return noise(rng, stroke_band(style["angle"], style["length"], style["wavelength"]))


def _cloudy(rng: Generator, style: Style) -> Array:
    """Paint clouds of every size on a fine grain, like cast stone."""
    clouds = noise(rng, _power_law(style["slope"]))
    return unit(clouds + style["grain"] * noise(rng, ring_band(style["wavelength"], 0.4)))


def _power_law(slope: float) -> Array:
    # Below 4 cycles per image the clouds would be a second, stronger uneven light.
    return np.asarray(np.maximum(radius(), 4 / 512) ** -slope * (radius() > 0))


def _woven(rng: Generator, style: Style) -> Array:
    """Paint plain weave: threads that go over and under each other."""
    along, beside = turned(rng, style["angle"])
    pitch = style["wavelength"]
    along = along / pitch + 0.10 * smooth(rng, 90.0)
    beside = beside / pitch + 0.10 * smooth(rng, 90.0)
    sine, other = np.sin(np.pi * along), np.sin(np.pi * beside)
    # |sine| is a thread's round back; the product lifts one direction where it sinks the other.
    warp, weft = np.abs(sine) + sine * other, np.abs(other) - sine * other
    return unit(np.maximum(warp, style["weft"] * weft))


def _fibrous(rng: Generator, style: Style) -> Array:
    """Paint fibres in two directions, like felt or paper."""
    one = noise(rng, stroke_band(style["angle"], style["length"], style["wavelength"]))
    two = noise(rng, stroke_band(style["angle"] + style["spread"], style["length"], style["wavelength"]))
    return unit(np.maximum(one, two))


def _wood(rng: Generator, style: Style) -> Array:
    """Paint wavy parallel rings with a fine fibre along them."""
    _, beside = turned(rng, style["angle"])
    phase = 2 * np.pi * beside / style["wavelength"] + style["wave"] * smooth(rng, style["length"])
    rings = np.sin(phase + 0.6 * np.sin(phase))
    fibre = noise(rng, stroke_band(style["angle"], 30.0, 5.0))
    return unit(1.4 * rings + 0.35 * fibre)


def _leather(rng: Generator, style: Style) -> Array:
    """Paint pebbles between dark, winding furrows."""
    return unit(np.sqrt(np.abs(noise(rng, ring_band(style["wavelength"], 0.22)))))


def _lattice(rng: Generator, style: Style) -> Array:
    """Paint a knitted lattice of dots, a little out of line."""
    along, beside = turned(rng, style["angle"])
    turn = 2 * np.pi / style["wavelength"]
    # A slant makes the lattice's cell a rhombus instead of a square.
    first = turn * along + 0.45 * smooth(rng, 60.0)
    second = turn * (beside + style["slant"] * along) + 0.45 * smooth(rng, 60.0)
    return unit(np.exp(style["sharp"] * (np.cos(first) + np.cos(second) - 2.0)))


def _coral(rng: Generator, style: Style) -> Array:
    """Paint a maze of two tones, like brain coral."""
    maze = np.tanh(style["hard"] * noise(rng, ring_band(style["wavelength"], 0.13)))
    return unit(maze + 0.15 * noise(rng, ring_band(5.0, 0.3)))


_TURN = (0.0, float(np.pi))

TEXTURES: dict[str, Texture] = {
    "grain": Texture({"wavelength": (7.0, 9.5), "spread": (0.18, 0.30)}, _grain),
    "brushed": Texture({"angle": _TURN, "length": (18.0, 30.0), "wavelength": (6.0, 9.0)}, _brushed),
    "cloudy": Texture(
        {"slope": (1.0, 1.25), "grain": (0.4, 0.6), "wavelength": (5.0, 7.0)}, _cloudy, clutter=1.2
    ),
    "cellular": Texture(
        {"angle": _TURN, "wavelength": (26.0, 36.0), "grout": (3.0, 4.5)}, cellular, clutter=1.45
    ),
    "woven": Texture({"angle": _TURN, "wavelength": (9.0, 13.0), "weft": (0.7, 0.95)}, _woven),
    "fibrous": Texture(
        {"angle": _TURN, "length": (12.0, 20.0), "wavelength": (7.0, 10.0), "spread": (0.8, 1.3)},
        _fibrous,
        clutter=1.1,
    ),
    "wood": Texture(
        {"angle": _TURN, "length": (110.0, 150.0), "wavelength": (13.0, 19.0), "wave": (1.2, 2.0)}, _wood
    ),
    "leather": Texture({"wavelength": (24.0, 32.0)}, _leather, clutter=1.5),
    "lattice": Texture(
        {"angle": _TURN, "wavelength": (13.0, 18.0), "slant": (-0.4, 0.4), "sharp": (1.2, 2.0)},
        _lattice,
        clutter=1.1,
    ),
    "coral": Texture({"hard": (1.5, 3.0), "wavelength": (17.0, 22.0)}, _coral, clutter=1.25),
}
