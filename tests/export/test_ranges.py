from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gyeol.detect.detector import Detector
from gyeol.export.ranges import best_range, choose_ranges


def error(values: np.ndarray, low: float, high: float) -> float:
    step = (high - low) / 255
    zero = np.round(-low / step)
    return float(np.mean(((np.clip(np.round(values / step) + zero, 0, 255) - zero) * step - values) ** 2))


@pytest.mark.parametrize("law", ["exponential", "normal", "constant", "one sided with an outlier"])
def test_the_range_rounds_better_than_from_least_to_most(law: str) -> None:
    rng = np.random.default_rng(0)
    values = {
        "exponential": rng.exponential(size=20_000),
        "normal": rng.normal(size=20_000),
        "constant": np.zeros(20_000),
        "one sided with an outlier": np.append(rng.uniform(0, 1, 20_000), 50.0),
    }[law].astype(np.float32)
    low, high = best_range(values)
    assert low <= 0 < high
    whole = min(0.0, float(values.min())), max(1e-6, float(values.max()))
    assert error(values, low, high) <= error(values, *whole) + 1e-12
    assert whole[0] - 1e-6 <= low
    assert high <= whole[1] + 1e-6


def test_every_layer_gets_a_range_that_its_values_fill(detector: Detector, trained_on: Path) -> None:
    told: list[tuple[int, int]] = []
    images = sorted((trained_on / "train/normal_images").iterdir())[:6]
    ranges = choose_ranges(detector, images, lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert set(ranges) == {
        *(f"stem.{n}" for n in (1, 2)),
        *(f"{part}.{half}" for part in ("before.0", "before.1", "after.0") for half in ("first", "second")),
    }
    assert {low for low, _ in ranges.values()} == {0.0}
