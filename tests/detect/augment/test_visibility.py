from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from gyeol.detect.augment.batch import SEEN
from gyeol.detect.augment.visibility import visibility


@pytest.fixture
def crop(texture: Callable[..., np.ndarray]) -> np.ndarray:
    pixels = texture(3, shape=(128, 128)).astype(np.float32)
    return (pixels - pixels.mean()) / pixels.std()


@pytest.fixture
def spot() -> np.ndarray:
    where = np.zeros((128, 128), np.float32)
    cv2.circle(where, (64, 64), 16, 1.0, cv2.FILLED)
    return where


def test_what_is_not_changed_is_not_seen(crop: np.ndarray, spot: np.ndarray) -> None:
    assert visibility(crop, crop, spot) == 0


def test_a_faint_blob_is_less_than_a_defect_and_a_strong_one_much_more(
    crop: np.ndarray, spot: np.ndarray
) -> None:
    assert visibility(crop, crop + 0.02 * spot, spot) < 1 < SEEN
    assert visibility(crop, crop + 3 * spot, spot) > 2 * SEEN


def test_the_stronger_is_seen_better(crop: np.ndarray, spot: np.ndarray) -> None:
    seen = [visibility(crop, crop + amplitude * spot, spot) for amplitude in (0.1, 0.5, 1.0, 2.0)]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1] / 5


def test_a_blur_that_keeps_the_brightness_is_seen(crop: np.ndarray, spot: np.ndarray) -> None:
    assert visibility(crop, crop + spot * (cv2.GaussianBlur(crop, (0, 0), 6) - crop), spot) > SEEN


def test_other_surface_of_the_same_texture_is_hardly_seen(
    crop: np.ndarray, spot: np.ndarray, texture: Callable[..., np.ndarray]
) -> None:
    pixels = texture(4, shape=(128, 128)).astype(np.float32)
    other = (pixels - pixels.mean()) / pixels.std()
    assert visibility(crop, crop + spot * (other - crop), spot) < 2 * SEEN


def test_change_outside_of_the_map_does_not_count(crop: np.ndarray, spot: np.ndarray) -> None:
    elsewhere = crop.copy()
    elsewhere[:24, :24] += 5
    assert visibility(crop, elsewhere, spot) == 0


def test_an_empty_map_is_not_seen(crop: np.ndarray) -> None:
    assert visibility(crop, crop + 5, np.zeros_like(crop)) == 0
