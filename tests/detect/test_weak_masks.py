from __future__ import annotations

import numpy as np
import pytest

from gyeol.detect.weak_masks import guess_mask


def test_the_mask_covers_what_stands_out_and_little_else() -> None:
    logits = np.full((12, 14), -4, np.float32)
    logits[3:6, 8:11] = 5
    mask = guess_mask(logits, (96, 112))
    assert mask.dtype == bool
    assert mask[24:48, 64:88].all()
    assert not mask[:, :40].any()
    assert not mask[72:].any()


def test_of_two_places_the_higher_is_taken() -> None:
    logits = np.full((12, 12), -4, np.float32)
    logits[1:3, 1:3], logits[8:11, 8:11] = 6, 8
    mask = guess_mask(logits, (96, 96))
    assert mask[72, 72]
    assert not mask[12, 12]


@pytest.mark.parametrize("shape", [(64, 64), (65, 71), (120, 66)])
def test_it_has_the_size_of_the_image_and_is_never_empty(shape: tuple[int, int]) -> None:
    cells = (-(-shape[0] // 8), -(-shape[1] // 8))
    for seed in range(10):
        logits = np.random.default_rng(seed).standard_normal(cells).astype(np.float32)
        mask = guess_mask(logits, shape)
        assert mask.shape == shape
        assert mask.any()
        assert not mask.all()
    at_the_end = np.zeros(cells, np.float32)
    at_the_end[-1, -1] = 9
    assert guess_mask(at_the_end, shape)[-1, -1]
