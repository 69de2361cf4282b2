"""A detector that needs no training: it judges by an image's brightness, slower where it is darker."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gyeol.detect.verdict import Verdict


class Bright:
    """Stands in for a Detector."""

    threshold_ = 1.0

    def judge(self, pixels: np.ndarray) -> Verdict:
        """Judge by the mean grey value."""
        score = float(pixels.mean()) / 50 - 1.5
        time.sleep(0.002 if score < 0.5 else 0)
        heat = np.full(pixels.shape, score, np.float32)
        return Verdict(score, int(score > 1), 0, 9.0 if score > 3 else 1.0, heat)


@pytest.fixture
def bright() -> Bright:
    """Give the stand-in."""
    return Bright()
