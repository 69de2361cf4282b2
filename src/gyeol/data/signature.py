"""A small signature by which the same picture is recognised after brightening, resaving or resizing."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
LENGTH = _SIDE * _SIDE
_RAMP = np.hanning(_SIDE + 2)[1:-1]
_WINDOW = np.outer(_RAMP, _RAMP).astype(np.float32)


def signature(image: NDArray[np.uint8]) -> NDArray[np.float16]:
    """Reduce an image to the phases of its low frequencies.

    The image is averaged down to 32x32, windowed, and every frequency is brought to the same power. The dot
    product of two signatures is then their phase correlation at zero shift. Brightness and contrast drop out,
    and a regular texture counts no more than any other frequency: two pictures of one weave, even in phase,
    agree in few of the frequencies.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W)

    Returns
    -------
    ndarray of float16, shape (S,)
        S is :data:`LENGTH`. Of unit length; all 0 for a constant image.

    Notes
    -----
    Phase correlation: Kuglin and Hines, 1975.
    """
    small = np.asarray(
        Image.fromarray(image).convert("F").resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32
    )
    small = (small - small.mean()) * _WINDOW
    spectrum = scipy.fft.rfft2(small)
    power = np.abs(spectrum)
    # What is far weaker than the rest is rounding, and its phase is chance.
    spectrum /= np.maximum(power, 1e-3 * power.max() + 1e-6)
    white = scipy.fft.irfft2(spectrum, s=small.shape).ravel()
    length = float(np.sqrt((white**2).sum()))
    return np.asarray(white / length if length > 1e-9 else white * 0, dtype=np.float16)
