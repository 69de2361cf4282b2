"""A texture descriptor: what the surface is like, not where anything is on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

TILE = 64
"""Side of a tile in pixels, after averaging."""
_ORIENTATIONS = 8
SCALES: tuple[tuple[int, tuple[float, ...], int], ...] = (
    (1, (3.0, 4.2, 6.0, 8.5, 12.0, 17.0, 24.0), 6),
    (4, (2.0, 3.0, 4.5, 6.5, 9.0), 3),
)
"""For each scale: how many pixels are averaged into one, the radii (in cycles per tile) at which the spectrum is
sampled, and how many tiles there are at most along a side. Together the two scales sample 2/256 to 24/64 cycles a pixel
without a gap. Below that lies the light, which says nothing about the kind."""
_MOMENTS = 4
LENGTH = _ORIENTATIONS * sum(len(radii) for _, radii, _ in SCALES) + _MOMENTS


def describe(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe the texture of an image by its local power spectrum and the shape of its grey histogram.

    The logarithm of the power in soft bins of frequency and orientation is taken in tiles at two scales. The
    median over the tiles drops what happens in few of them, such as a defect, and does not depend on the
    position of anything. Subtracting the mean over the bins drops the contrast. Four moments follow:
    skewness, kurtosis, how uneven the local contrast is, and its logarithm; contrast itself thus counts, but
    as one number among a hundred.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W)
        Grey values. H and W may be anything from 1; below 64, the image is continued by its mirror image.

    Returns
    -------
    ndarray of float32, shape (D,)
        D is :data:`LENGTH`. Always finite, also for a constant image.

    Raises
    ------
    ValueError
        If the image is not of two dimensions, or empty.

    Notes
    -----
    The polar log-spectrum of windowed tiles is Welch's periodogram (1967) with a median, sampled like a bank
    of Gabor filters (Manjunath and Ma, 1996).
    """
    if image.ndim != 2 or image.size == 0:
        raise ValueError(f"an image of shape (H, W) with pixels in it is needed, not {image.shape}")
    spectra = []
    moments = np.zeros(_MOMENTS, np.float32)
    for pool, radii, most in SCALES:
        tiles = _tiles(_averaged(image, pool), most)
        tiles -= tiles.mean(axis=(1, 2), keepdims=True)
        if pool == 1:
            moments = _moments(tiles)
        spectra.append(_log_spectrum(tiles, radii))
    spectrum = np.concatenate(spectra)
    return np.concatenate([spectrum - spectrum.mean(), moments]).astype(np.float32)


def _averaged(image: NDArray[np.uint8], pool: int) -> NDArray[np.float32]:
    """Average squares of ``pool`` times ``pool`` pixels; what is left over at the end is dropped."""
    if pool == 1:
        return image.astype(np.float32)
    image = _continued(image, pool)
    height, width = (length // pool for length in image.shape)
    folded = image[: height * pool, : width * pool].reshape(height, pool, width, pool)
    # Integer sums: exact, and several times faster than a mean of floats over strided axes.
    sums = folded.sum(axis=3, dtype=np.uint16).sum(axis=1, dtype=np.uint16)
    return np.asarray(sums / np.float32(pool * pool), dtype=np.float32)


def _tiles(image: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Cut at most ``most`` times ``most`` tiles of 64x64, evenly spread."""
    image = _continued(image, TILE)
    rows, columns = (tile_starts(length, most) for length in image.shape)
    return sliding_window_view(image, (TILE, TILE))[np.ix_(rows, columns)].reshape(-1, TILE, TILE)


def _continued(image: NDArray[Any], least: int) -> NDArray[Any]:
    """Continue an image by its mirror image, where it is shorter than ``least``."""
    short = [max(0, least - length) for length in image.shape]
    return np.pad(image, [(0, missing) for missing in short], mode="symmetric") if any(short) else image


def tile_starts(length: int, most: int) -> NDArray[np.int64]:
    """Spread tiles along a side: half overlapping where there is little room, at most ``most``."""
    count = min(most, (length - TILE) // (TILE // 2) + 1)
    return np.linspace(0, length - TILE, count).round().astype(np.int64)


def _log_spectrum(tiles: NDArray[np.float32], radii: tuple[float, ...]) -> NDArray[np.float32]:
    """Take the median over the tiles of the logarithm of the power in each bin."""
    import scipy.fft  # here, because judging an exported model needs no SciPy

    window, bins = filters(radii)
    transform = scipy.fft.rfft2(tiles * window, axes=(1, 2), workers=1)
    power = (transform.real**2 + transform.imag**2).reshape(len(tiles), -1)
    # Rounding to whole grey values has a variance of 1/12: the floor below which nothing is told apart, and
    # what keeps a constant image finite.
    floor = float((window**2).sum()) / 12
    return np.asarray(np.median(np.log(power @ bins + floor), axis=0), dtype=np.float32)


@lru_cache(maxsize=8)
def filters(radii: tuple[float, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make the window, shape (64, 64), and the soft bins of the spectrum, shape (64 * 33, bins)."""
    ramp = np.hanning(TILE + 1)[:-1]
    vertical = np.fft.fftfreq(TILE, 1 / TILE)[:, None]
    horizontal = np.fft.rfftfreq(TILE, 1 / TILE)[None, :]
    radius = np.hypot(vertical, horizontal)
    angle = np.arctan2(vertical, horizontal)
    bins = []
    for centre in radii:
        octaves = np.log2(np.maximum(radius, 1e-9) / centre)
        ring = np.exp(-0.5 * (octaves / 0.25) ** 2) * (radius >= 1.5)  # nearer to 0 the window leaks the mean
        for step in range(_ORIENTATIONS):
            turn = angle - np.pi * step / _ORIENTATIONS
            turn = (turn + np.pi / 2) % np.pi - np.pi / 2
            soft = ring * np.exp(-0.5 * (turn / (np.pi / _ORIENTATIONS / 1.5)) ** 2)
            bins.append((soft / soft.sum()).ravel())
    return np.outer(ramp, ramp).astype(np.float32), np.stack(bins, axis=1).astype(np.float32)


def _moments(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe the grey values of the tiles, shape (n, 64, 64), each of mean 0."""
    flat = tiles.reshape(len(tiles), -1)
    square = flat * flat
    variance = square.mean(axis=1) + 1 / 12
    skewness = (square * flat).mean(axis=1) / variance**1.5
    kurtosis = (square * square).mean(axis=1) / variance**2
    deviation = np.sqrt(variance)
    low, middle, high = np.percentile(deviation, [20, 50, 80])
    return np.array(
        [
            np.arcsinh(np.median(skewness)),
            np.log(np.median(kurtosis) + 1),
            np.log(high / low),
            np.log(middle),
        ],
        dtype=np.float32,
    )
