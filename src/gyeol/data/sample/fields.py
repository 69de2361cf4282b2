"""Random fields with a given spectrum: the stuff that textures and light are made of."""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy.fft
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Float64 throughout: with it, rounding to grey levels comes out the same on any machine."""

SIDE = 512
"""Height and width of every image, in pixels."""


@cache
def frequencies() -> tuple[Array, Array]:
    """Give the frequencies of a half spectrum, in cycles per pixel.

    Returns
    -------
    down : (512, 1) array
        From -0.5 to 0.5.
    across : (1, 257) array
        From 0 to 0.5.
    """
    down, across = np.arange(SIDE, dtype=np.float64) / SIDE, np.arange(SIDE // 2 + 1, dtype=np.float64) / SIDE
    return np.where(down < 0.5, down, down - 1.0)[:, None], across[None, :]


@cache
def radius() -> Array:
    """Give the distance of every frequency from zero, in cycles per pixel, (512, 257)."""
    down, across = frequencies()
    return np.asarray(np.hypot(down, across))


def unit(field: Array) -> Array:
    """Shift and scale to mean 0 and standard deviation 1."""
    centred = field - field.mean()
    return np.asarray(centred / np.sqrt(np.mean(centred * centred)))


def noise(rng: Generator, amplitude: Array) -> Array:
    """Draw a Gaussian field.

    Parameters
    ----------
    rng : Generator
        The only source of chance.
    amplitude : (512, 257) array
        The strength of every frequency of a half spectrum; the scale does not matter.

    Returns
    -------
    (512, 512) array
        Mean 0, standard deviation 1.
    """
    spectrum = rng.standard_normal((*amplitude.shape, 2)).view(np.complex128)[..., 0] * amplitude
    return unit(scipy.fft.irfft2(spectrum, s=(SIDE, SIDE)))


def smooth(rng: Generator, wavelength: float) -> Array:
    """Draw a slowly varying field: a Gaussian spectrum that ends near 1 / ``wavelength`` (pixels).

    Only the low corner of the spectrum is drawn: the rest would be multiplied by zero.
    """
    count = min(SIDE // 2, int(3 * SIDE / wavelength) + 2)
    down, across = frequencies()
    rows = np.r_[0:count, SIDE - count : SIDE]
    corner = np.hypot(down[rows], across[:, :count])
    strength = np.exp(-0.5 * (corner * wavelength) ** 2)
    strength[0, 0] = 0.0
    drawn = rng.standard_normal((*strength.shape, 2)).view(np.complex128)[..., 0] * strength
    spectrum = np.zeros((SIDE, SIDE // 2 + 1), np.complex128)
    spectrum[rows, :count] = drawn
    return unit(scipy.fft.irfft2(spectrum, s=(SIDE, SIDE)))


def ring_band(wavelength: float, width: float) -> Array:
    """Give the amplitude of an isotropic band.

    Parameters
    ----------
    wavelength : float
        Of the middle of the band, in pixels.
    width : float
        Deviation of the logarithm of the frequency, 0.1 (narrow) to 0.5 (wide).
    """
    distance = np.maximum(radius(), 1e-9)
    band = np.exp(-0.5 * (np.log(distance * wavelength) / width) ** 2)
    return np.asarray(band)


def stroke_band(angle: float, length: float, wavelength: float) -> Array:
    """Give the amplitude of strokes in one direction.

    Parameters
    ----------
    angle : float
        Direction of the strokes, radians.
    length : float
        How far a stroke stays alike along itself, pixels.
    wavelength : float
        From one stroke to the next, pixels.
    """
    down, across = frequencies()
    along = np.cos(angle) * across + np.sin(angle) * down
    beside = -np.sin(angle) * across + np.cos(angle) * down
    middle = 1.0 / wavelength
    strength = np.exp(-0.5 * (along * length * 2 * np.pi) ** 2)
    strength *= np.exp(-0.5 * ((np.abs(beside) - middle) / (0.35 * middle)) ** 2)
    return np.asarray(strength)


@cache
def _grid() -> tuple[Array, Array]:
    line = np.arange(SIDE, dtype=np.float64)
    return line[:, None], line[None, :]


def turned(rng: Generator, angle: float, slack: float = 1000.0) -> tuple[Array, Array]:
    """Give coordinates along and beside a direction, with a random origin.

    Returns
    -------
    along, beside : (512, 512) arrays
        In pixels, shifted by up to ``slack``, so that a pattern's phase is random.
    """
    y, x = _grid()
    shift = rng.uniform(0.0, slack, 2)
    along = np.cos(angle) * x + np.sin(angle) * y + shift[0]
    beside = -np.sin(angle) * x + np.cos(angle) * y + shift[1]
    return along, beside
