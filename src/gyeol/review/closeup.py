"""What is odd about an image, in numbers: the texture where the model looks hardest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gyeol.kinds import describe

SIDE = 64
"""Pixels of the square that is looked at."""


def closeup(pixels: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe the surroundings of the hottest point: (H, W) uint8 and float32 to (D,) float32."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    top = int(np.clip(row - SIDE // 2, 0, max(0, heat.shape[0] - SIDE)))
    left = int(np.clip(column - SIDE // 2, 0, max(0, heat.shape[1] - SIDE)))
    return describe(pixels[top : top + SIDE, left : left + SIDE])
