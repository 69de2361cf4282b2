from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gyeol.detect.augment.compose import cover, feather, move_defect, negative, paste


def square(size: int = 64) -> np.ndarray:
    mask = np.zeros((size, size), np.float32)
    mask[20:40, 24:44] = 1
    return mask


def test_a_paste_takes_the_brightness_of_its_place() -> None:
    shape = feather(square(), np.random.default_rng(0))
    onto, patch = np.full((64, 64), 2.0, np.float32), np.full((64, 64), -3.0, np.float32)
    np.testing.assert_allclose(paste(onto, patch, shape), 2.0, atol=1e-5)


def test_a_paste_keeps_a_defect_that_is_a_change_of_brightness() -> None:
    shape = feather(square(), np.random.default_rng(0))
    patch = np.zeros((64, 64), np.float32)
    patch[27:33, 31:37] = 4
    pasted = paste(np.zeros((64, 64), np.float32), patch, shape)
    assert pasted[30, 34] > 3
    assert np.abs(pasted[:8]).max() < 1e-4


def test_a_negative_of_a_dark_stain_is_bright_and_its_grain_may_stay() -> None:
    grain = np.random.default_rng(2).standard_normal((64, 64), np.float32)
    stain = 3 * feather(square(), np.random.default_rng(0))
    shape = cover(square(), np.random.default_rng(1))
    mirrored, kept = [], []  # how much brighter than good surface, by what became of the grain
    for seed in range(12):
        bright = negative(grain - stain, shape, np.random.default_rng(seed))
        alike = np.corrcoef(bright[:8].ravel(), grain[:8].ravel())[0, 1]
        assert abs(alike) > 0.9
        (kept if alike > 0 else mirrored).append(bright[26:34, 30:38].mean() - bright[:8].mean())
    assert min(mirrored) > 1.5
    assert min(kept) > -1, "a stain that is wide for the blur fades instead"
    assert max(kept) > 1


def test_a_negative_of_a_dark_scratch_is_bright_at_times() -> None:
    scratch = np.zeros((64, 64), np.float32)
    scratch[31, 10:50] = -4
    shape = cover((scratch < 0).astype(np.float32), np.random.default_rng(1))
    lines = [negative(scratch, shape, np.random.default_rng(seed))[31, 20:40].mean() for seed in range(12)]
    assert max(lines) > 3


def test_a_moved_defect_moves_with_its_mask() -> None:
    pixels = square() * 5
    for seed in range(10):
        for turn in (False, True):
            moved, mask = move_defect(pixels, square(), np.random.default_rng(seed), turn)
            assert moved.dtype == mask.dtype == np.float32
            assert mask.max() > 0.9, "its middle stays inside the crop"
            assert moved[mask > 0.99].min() > 3


def test_a_moved_defect_goes_to_other_places(texture: Callable[..., np.ndarray]) -> None:
    pixels = texture(1, shape=(64, 64)).astype(np.float32)
    middles = [
        np.argwhere(move_defect(pixels, square(), np.random.default_rng(seed), False)[1] > 0.5).mean(0)
        for seed in range(8)
    ]
    assert np.ptp(middles, axis=0).min() > 10


def test_a_thin_defect_is_pasted_whole() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[30:32, 10:50] = 1
    for seed in range(10):
        assert cover(mask, np.random.default_rng(seed))[30:32, 14:46].min() > 0.8
    assert feather(mask, np.random.default_rng(0))[30:32].max() < 0.6, "as softening alone would not"
