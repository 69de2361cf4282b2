from __future__ import annotations

import numpy as np

from gyeol.kinds import describe
from gyeol.review.closeup import SIDE, closeup


def test_it_looks_where_the_heat_is_highest_and_stays_inside() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (200, 150), dtype=np.uint8)
    heat = np.zeros(pixels.shape, np.float32)
    heat[100, 75] = 1
    np.testing.assert_array_equal(closeup(pixels, heat), describe(pixels[68:132, 43:107]))
    heat[199, 149] = 2
    np.testing.assert_array_equal(closeup(pixels, heat), describe(pixels[-SIDE:, -SIDE:]))
