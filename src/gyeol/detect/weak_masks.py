"""Masks for defects that came without one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.detect.network import STRIDE
from gyeol.detect.surfaces import repeated

MOST = 0.1
"""Largest share of an image that a guessed mask covers."""


def guess_mask(cells: NDArray[np.float32], shape: tuple[int, int], enlarge: int = 1) -> NDArray[np.bool_]:
    """Guess where the defect is: the connected cells around the highest one that stand out as well.

    Parameters
    ----------
    cells : (h, w) float32
        Cell scores of a network that knows only synthetic anomalies.
    shape : (H, W)
        Size of the image in pixels.
    enlarge : int
        How many times as large the network saw it.

    Returns
    -------
    (H, W) bool
    """
    smooth = cv2.blur(cells, (3, 3))
    level = max((float(smooth.max()) + float(np.median(smooth))) / 2, float(np.quantile(smooth, 1 - MOST)))
    _, labels = cv2.connectedComponents((smooth >= level).astype(np.uint8))
    peak = np.unravel_index(int(smooth.argmax()), smooth.shape)
    part = cv2.dilate((labels == labels[peak]).astype(np.uint8), np.ones((3, 3), np.uint8))
    wide = repeated(part, STRIDE // enlarge)[: shape[0], : shape[1]]
    return wide.astype(bool)
