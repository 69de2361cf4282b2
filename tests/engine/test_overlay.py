from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.engine.overlay import RAW_HIGH, RAW_LOW, overlay, save_raw


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 60), dtype=np.uint8)


def test_calm_areas_stay_grey(pixels: np.ndarray) -> None:
    heat = np.full(pixels.shape, -1, np.float32)
    heat[:, :30] = 1.9
    picture = overlay(pixels, heat, threshold=4.0)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, np.repeat(pixels[..., None], 3, -1))


def test_the_colour_goes_from_yellow_at_the_threshold_to_red(pixels: np.ndarray) -> None:
    heat = np.full(pixels.shape, 4, np.float32)
    heat[:, 30:] = 12
    picture = overlay(np.full_like(pixels, 128), heat, threshold=4.0).astype(int)
    yellow, red = picture[0, 0], picture[0, 40]
    assert yellow[0] > 180
    assert yellow[1] > 180
    assert yellow[2] < 90
    assert red[0] > 150
    assert red[1] < 90
    assert red[2] < 90


def test_the_surface_shows_through(pixels: np.ndarray) -> None:
    picture = overlay(pixels, np.full(pixels.shape, 50, np.float32), threshold=4.0)
    assert np.corrcoef(picture[..., 0].ravel(), pixels.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("threshold", [0.0, -3.0, 1e-9, 1e6])
def test_any_threshold_gives_a_picture(pixels: np.ndarray, threshold: float) -> None:
    heat = np.linspace(-50, 1e5, pixels.size, dtype=np.float32).reshape(pixels.shape)
    assert overlay(pixels, heat, threshold).shape == (40, 60, 3)


def test_a_bare_heat_map_is_read_back_within_a_step(tmp_path: Path) -> None:
    heat = np.linspace(RAW_LOW, RAW_HIGH, 64 * 50, dtype=np.float32).reshape(64, 50)
    save_raw(tmp_path / "a.png", heat)
    with Image.open(tmp_path / "a.png") as image:
        back = np.asarray(image, np.float64) / 65535 * (RAW_HIGH - RAW_LOW) + RAW_LOW
    step = (RAW_HIGH - RAW_LOW) / 65535
    assert np.abs(back - heat).max() <= 0.51 * step + 1e-5
    assert (np.diff(back.ravel()) >= 0).all()


def test_what_is_beyond_the_range_is_clipped(tmp_path: Path) -> None:
    save_raw(tmp_path / "a.png", np.array([[-1e9, 1e9]], np.float32))
    with Image.open(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), [[0, 65535]])
