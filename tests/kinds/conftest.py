"""Procedural textures: a kind is a random spectrum and tone curve, an image is one draw of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import scipy.fft
from numpy.typing import NDArray

from gyeol.kinds import describe

Texture = Callable[..., NDArray[np.uint8]]


def _texture(kind: int, draw: int, shape: tuple[int, int] = (256, 256)) -> NDArray[np.uint8]:
    of_kind = np.random.default_rng([kind, 999])
    of_image = np.random.default_rng([kind, draw])
    height, width = shape
    vertical = np.fft.fftfreq(height)[:, None]
    horizontal = np.fft.rfftfreq(width)[None, :]
    radius = np.hypot(vertical, horizontal) + 1e-6
    octaves = np.log2(radius / 2 ** of_kind.uniform(-6, -1.5)) / of_kind.uniform(0.3, 1)
    turn = np.arctan2(vertical, horizontal) - of_kind.uniform(0, np.pi)
    directed = of_kind.uniform(0.3, 3) * of_kind.integers(0, 2)
    gain = np.exp(-0.5 * octaves**2 + directed * np.cos(2 * turn)) / radius
    surface = scipy.fft.irfft2(scipy.fft.rfft2(of_image.normal(size=shape)) * gain, s=shape)
    surface /= surface.std() + 1e-9
    surface = (surface, np.abs(surface) - 0.8, np.tanh(2 * surface))[of_kind.integers(3)]
    # Light differs from image to image: level, slope in both directions, contrast.
    light = 128 + 10 * of_image.normal()
    light = light + 15 * of_image.normal() * np.linspace(-1, 1, height)[:, None]
    light = light + 15 * of_image.normal() * np.linspace(-1, 1, width)[None, :]
    grey = light + 30 * np.exp(0.15 * of_image.normal()) * surface + 3 * of_image.normal(size=shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def texture() -> Texture:
    """``texture(kind, draw, shape)`` gives one image."""
    return _texture


@pytest.fixture(scope="session")
def described() -> Callable[[int, int], tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """``described(kinds, images)`` gives descriptors of that many images of each kind, and their kinds."""

    @cache
    def one(kind: int, draw: int) -> NDArray[np.float32]:
        return describe(_texture(kind, draw))

    def many(kinds: int, images: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        rows = [one(kind, draw) for kind in range(kinds) for draw in range(images)]
        return np.stack(rows), np.repeat(np.arange(kinds), images)

    return many
