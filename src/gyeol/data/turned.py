"""Recognising an image that was turned by any angle, in textures whose pictures all look alike.

The central disc is whitened: every frequency gets the same strength, so that a regular pattern, which all
pictures of a texture share, counts no more than the irregularities that belong to one picture. Around the
centre, a turn is a shift and a mirror image a reversal, so the correlation at every angle is one Fourier
transform. A first, coarse comparison of all pairs is forgiving about where the centre is; what passes is
compared finely, at nine centres, because libraries disagree by half a pixel about it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

_SIDES = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_WORKING_SIDE = 128
_ANGLES = 360  # whole degrees hit a sample exactly
_LOWEST = 4  # cycles a disc: below is the lighting
_HIGHEST = 0.3  # cycles a pixel at the working size: above is what interpolation blurs away
_HIGHEST_COARSE = 0.125  # cycles a pixel of the image itself
_MATCH_COARSE = 0.4
_MATCH, _MATCH_SMALL = 0.35, 0.5  # a disc of less than 128 pixels leaves more to chance
_CENTRES = [(0, 0)] + [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]

_Spectra = NDArray[np.complex64]


def near_copies(images: Sequence[NDArray[np.uint8]]) -> list[tuple[int, int]]:
    """Find the images that show the same disc around their centre, turned, mirrored, brighter or darker.

    Parameters
    ----------
    images : sequence of ndarray of uint8, shape (H, W)
        Sizes may differ; a pair is compared on the largest disc that both have.

    Returns
    -------
    list of (int, int)
        Pairs of indices. Pairs that follow from others are left out.
    """
    levels = [_level(min(image.shape)) for image in images]
    # Where the canvas grew with the turn, its empty corners reach into the disc, and two such images would
    # match by their corners; they are compared on the disc inside, unless it is too small to tell.
    inner = [_level(int(min(image.shape) / 2**0.5)) if _is_framed(image) else None for image in images]

    def common_side(i: int, j: int) -> int:
        a, b = inner[i], inner[j]
        if a is None or b is None:
            return min(levels[i], levels[j])
        return min(a, b) if min(a, b) >= _WORKING_SIDE else 0

    group = list(range(len(images)))
    fine: dict[tuple[int, int], _Spectra] = {}

    def finely(index: int, side: int) -> _Spectra:
        if (index, side) not in fine:
            fine[index, side] = _describe(images[index], side, _HIGHEST, _CENTRES)
        return fine[index, side]

    pairs = []
    for side in sorted(set(levels) | {own for own in inner if own is not None}):
        members = [i for i, own in enumerate(levels) if own >= side]
        coarse = np.concatenate([_describe(images[i], side, _HIGHEST_COARSE, _CENTRES[:1]) for i in members])
        for at, i in enumerate(members[:-1]):
            scores = _correlation(coarse[at], coarse[at + 1 :])
            for ahead in np.flatnonzero(scores > _MATCH_COARSE):
                j = members[at + 1 + int(ahead)]
                if common_side(i, j) != side or group[i] == group[j]:
                    continue
                needed = _MATCH if side >= _WORKING_SIDE else _MATCH_SMALL
                if _correlation(finely(i, side)[0], finely(j, side)).max() > needed:
                    pairs.append((i, j))
                    group = [group[i] if label == group[j] else label for label in group]
        fine.clear()
    return pairs


def _level(side: int) -> int:
    """Round down to a side at which discs are compared; what is smaller than all is not much enlarged."""
    return max((level for level in _SIDES if level <= side), default=_SIDES[0])


def _is_framed(image: NDArray[np.uint8]) -> bool:
    """Whether each of the four corners is of one value."""
    ends = (slice(3), slice(-3, None))
    corners = [image[rows, columns] for rows in ends for columns in ends]
    return all(corner.min() == corner.max() for corner in corners)


def _correlation(one: _Spectra, others: _Spectra) -> NDArray[np.float32]:
    """Correlate one disc, (rings, f), with others, (n, rings, f): the best of all angles, mirrored or not."""
    straight = np.einsum("ra,nra->na", one.conj(), others)
    mirrored = np.einsum("ra,nra->na", one, others)
    both = np.fft.irfft(np.stack([straight, mirrored]), _ANGLES) * _ANGLES
    return np.asarray(both.max(axis=(0, 2)), dtype=np.float32)


def _describe(
    image: NDArray[np.uint8], side: int, highest: float, centres: Sequence[tuple[int, int]]
) -> _Spectra:
    """Describe the central disc by the spectrum of each ring around the centre.

    Turning the image multiplies the spectra by phases, mirroring it conjugates them.

    Returns
    -------
    ndarray of complex64, shape (len(centres), rings, frequencies)
        Scaled so that a disc's correlation with itself is 1; all zero for a flat one.
    """
    top, left = (image.shape[0] - side) / 2, (image.shape[1] - side) / 2
    size = min(side, _WORKING_SIDE)
    reduction = side / size
    small = Image.fromarray(image).convert("F")
    small = small.resize((size, size), Image.Resampling.BOX, box=(left, top, left + side, top + side))
    limit = highest if highest == _HIGHEST else min(_HIGHEST, highest * reduction)
    white = _whitened(np.asarray(small), reduction, limit)
    radii = np.arange(2.0, size / 2 - 2)
    angles = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    spectra = np.zeros((len(centres), len(radii), _ANGLES // 2 + 1), dtype=np.complex64)
    for number, (down, right) in enumerate(centres):
        rows = (size - 1) / 2 + down / reduction + radii[:, None] * np.sin(angles)
        columns = (size - 1) / 2 + right / reduction + radii[:, None] * np.cos(angles)
        rings = map_coordinates(white, [rows, columns], order=1) * np.sqrt(radii)[:, None]  # by area
        rings -= rings.mean(axis=1, keepdims=True)
        norm = _norm(rings)
        if norm > 1e-9:
            spectra[number] = np.fft.rfft(rings / norm, axis=1) / np.sqrt(_ANGLES)
    return spectra


def _whitened(small: NDArray[np.float32], reduction: float, highest: float) -> NDArray[np.float32]:
    """Give all frequencies of the disc the same strength, except those that only rounding has left."""
    size = len(small)
    at = np.arange(size) - (size - 1) / 2
    radius = np.hypot(at[:, None], at) / (size / 2)
    window = np.cos(np.clip((radius - 0.6) / 0.38, 0, 1) * (np.pi / 2)) ** 2  # soft, alike at every angle
    level = (small * window).sum() / window.sum()
    spectrum = np.fft.rfft2((small - level) * window)
    noise = 0.5 / reduction * _norm(window)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size))
    band = (frequency >= _LOWEST / size) & (frequency <= highest)
    white = np.fft.irfft2(spectrum / (np.abs(spectrum) + noise) * band, s=small.shape)
    return np.asarray(white, dtype=np.float32)


def _norm(values: NDArray[np.floating]) -> float:
    """Take the length without BLAS, whose threads wait for each other where cores are busy."""
    return float(np.sqrt((values * values).sum()))
