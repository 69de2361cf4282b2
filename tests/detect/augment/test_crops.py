from __future__ import annotations

import numpy as np
import pytest

from gyeol.detect.augment.crops import Crop, finish, to_cells


@pytest.mark.parametrize("offset", range(8))
@pytest.mark.parametrize("upright", [False, True])
def test_a_hairline_is_marked_or_at_a_cells_border_left_open(offset: int, upright: bool) -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[24 + offset] = 1
    if upright:
        mask = mask.T
    cells = to_cells(mask, np.ones_like(mask))
    target, weight = cells.target, cells.weight
    target, weight = (target.T, weight.T) if upright else (target, weight)
    assert target[3].all() == (1 <= offset <= 6)
    assert (target[3] == weight[3]).all(), "never taught as normal"
    assert not target[[0, 1, 5, 6, 7]].any()
    assert weight[[0, 7]].all()


def test_cells_beside_a_defect_are_left_open_and_far_ones_are_not() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[24:40, 24:40] = 1
    cells = to_cells(mask, np.ones_like(mask))
    target, weight = cells.target, cells.weight
    assert target.sum() == 4
    assert target[3:5, 3:5].all()
    assert weight[3:5, 3:5].all()
    ring = np.ones((8, 8), bool)
    ring[1:7, 1:7] = False
    assert weight[ring].all()
    assert not weight[2:6, 2].any()


def test_what_is_not_known_does_not_count() -> None:
    known = np.ones((64, 64), np.float32)
    known[:8, :8] = 0
    cells = to_cells(np.zeros((64, 64), np.float32), known)
    target, weight = cells.target, cells.weight
    assert not target.any()
    assert weight[0, 0] == 0
    assert weight.sum() == 63


@pytest.mark.parametrize("size", [48, 64, 96])
def test_a_crop_of_any_size_is_brought_to_the_one_wanted(size: int) -> None:
    mask = np.zeros((size, size), np.float32)
    mask[size // 4 : size // 2, size // 4 : size // 2] = 1
    pixels, cells = finish(Crop(9 * mask, mask, np.ones_like(mask)), 64, np.random.default_rng(0))
    assert pixels.shape == (64, 64)
    assert cells.target.shape == cells.weight.shape == cells.rough.shape == (8, 8)
    assert 4 <= cells.target.sum() <= 9
    there = pixels.reshape(8, 8, 8, 8).mean((1, 3))
    assert there[cells.target == 1].min() > there[(cells.target == 0) & (cells.weight == 1)].max()


@pytest.mark.parametrize("thickness", [1, 3, 30])
def test_a_rough_mask_leaves_open_what_it_touches_however_thin(thickness: int) -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[28 : 28 + thickness, 8:56] = 1
    cells = finish(Crop(mask, mask, np.ones_like(mask), rough=True), 64, np.random.default_rng(0))[1]
    assert cells.rough.sum() >= 6
    assert not cells.target.any()
    assert not cells.weight[cells.rough == 1].any()
    assert cells.weight.sum() >= 8
    certain = finish(Crop(mask, mask, np.ones_like(mask)), 64, np.random.default_rng(0))[1]
    assert not certain.rough.any()
