from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gyeol.detect.surfaces import FLAT, Surface, corner_on_defect, crop, random_corner


def test_a_crop_is_in_units_of_the_images_own_contrast(texture: Callable[..., np.ndarray]) -> None:
    pixels = texture(0, shape=(96, 96))
    darker = (pixels // 2 + 10).astype(np.uint8)
    one, other = (crop(Surface(each), 16, 8, 64)[0] for each in (pixels, darker))
    assert one.dtype == np.float32
    np.testing.assert_allclose(one, other, atol=0.1)
    whole, _ = crop(Surface(pixels), 0, 0, 96)
    assert abs(whole.mean()) < 1e-3
    assert whole.std() == pytest.approx(1, abs=1e-3)


def test_a_flat_image_does_not_blow_up_its_noise() -> None:
    pixels = np.full((64, 64), 90, np.uint8)
    pixels[0, 0] = 91
    assert np.abs(crop(Surface(pixels), 0, 0, 64)[0]).max() <= 1 / FLAT + 1e-6


@pytest.mark.parametrize("shape", [(40, 100), (100, 40), (30, 30), (20, 64)])
def test_a_crop_larger_than_the_image_is_mirrored(
    shape: tuple[int, int], texture: Callable[..., np.ndarray]
) -> None:
    mask = np.zeros(shape, bool)
    mask[-1, -1] = True
    surface = Surface(texture(1, shape=shape), mask=mask)
    for seed in range(5):
        corner = random_corner(surface, 64, np.random.default_rng(seed))
        pixels, marked = crop(surface, *corner, 64)
        assert pixels.shape == marked.shape == (64, 64)
        if shape[0] < 64:
            np.testing.assert_array_equal(pixels[shape[0]], pixels[shape[0] - 1])
        assert set(np.unique(marked)) <= {0, 1}


def test_a_normals_mask_is_empty(texture: Callable[..., np.ndarray]) -> None:
    assert not crop(Surface(texture(0)), 0, 0, 64)[1].any()


def test_random_corners_reach_both_ends(texture: Callable[..., np.ndarray]) -> None:
    surface = Surface(texture(0, shape=(66, 64)))
    corners = {random_corner(surface, 64, np.random.default_rng(seed)) for seed in range(40)}
    assert corners == {(0, 0), (1, 0), (2, 0)}


def test_a_crop_on_a_defect_holds_its_middle(defect: Callable[..., Surface]) -> None:
    surface = defect(3, shape=(200, 160))
    starts = set()
    for seed in range(30):
        top, left = corner_on_defect(surface, 64, np.random.default_rng(seed))
        assert 0 <= top <= 136
        assert 0 <= left <= 96
        assert crop(surface, top, left, 64)[1].any()
        starts.add((top, left))
    assert len(starts) > 10, "it does not always lie at the same place"
