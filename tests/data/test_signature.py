from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from gyeol.data import duplicates
from gyeol.data.duplicates import ALIKE, alike_groups, equal_groups
from gyeol.data.signature import LENGTH, signature


def _surface(seed, size=256):
    """Blurred noise: the cloudy ground that most surfaces have."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (48, 48), dtype=np.uint8))
    ground = np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC), dtype=float)
    return np.clip(0.5 * ground + 60 + 4 * random.normal(size=(size, size)), 0, 255).astype(np.uint8)


def _weave(seed, size=256):
    """A regular pattern in the same phase every time, with a little of its own."""
    rows, columns = np.mgrid[:size, :size]
    pattern = 60 * np.sin(rows / 6) * np.sin(columns / 6)
    return np.clip(pattern + 0.15 * _surface(seed, size) + 110, 0, 255).astype(np.uint8)


def _product(first, second):
    return float(signature(first).astype(np.float32) @ signature(second).astype(np.float32))


def _jpeg(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=60)
    return np.array(Image.open(buffer))


CHANGES = {
    "brightened": lambda image: np.clip(image * 0.8 + 50, 0, 255).astype(np.uint8),
    "resaved": _jpeg,
    "halved": lambda image: np.array(Image.fromarray(image).resize((128, 128), Image.Resampling.BILINEAR)),
    "noisy": lambda image: np.clip(image + np.random.default_rng(0).normal(0, 5, image.shape), 0, 255).astype(
        np.uint8
    ),
    "spotted": lambda image: np.where(np.hypot(*(np.mgrid[:256, :256] - 128)) < 12, 255, image).astype(
        np.uint8
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_recognised(change):
    image = _surface(0)
    assert _product(image, CHANGES[change](image)) > ALIKE


@pytest.mark.parametrize("make", [_surface, _weave])
def test_other_pictures_of_the_same_texture_are_not(make):
    rows = np.stack([signature(make(seed)) for seed in range(40)]).astype(np.float32)
    products = rows @ rows.T - 2 * np.eye(40)
    assert products.max() < ALIKE - 0.1


@pytest.mark.parametrize("shape", [(64, 64), (64, 300), (512, 512), (20, 10)])
def test_it_has_unit_length_whatever_the_size(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    row = signature(image)
    assert row.shape == (LENGTH,)
    assert np.linalg.norm(row.astype(float)) == pytest.approx(1, abs=1e-2)


def test_constant_images_are_like_nothing():
    rows = np.stack([signature(np.full((64, 64), value, np.uint8)) for value in (0, 9, 255)])
    assert not rows.any()
    assert alike_groups(rows) == []


def test_equal_hashes_make_groups():
    assert equal_groups(["a", "b", "a", "c", "b", "a"]) == [[0, 2, 5], [1, 4]]


def test_links_make_groups_over_others_and_across_blocks(monkeypatch):
    monkeypatch.setattr(duplicates, "_BLOCK", 8)
    rows = np.eye(30, dtype=np.float32)
    rows[20] = rows[7]
    rows[25] = 0.8 * rows[7] + 0.6 * rows[9]
    assert alike_groups(rows, 0.7) == [[7, 20, 25]]
    assert alike_groups(rows, 0.5) == [[7, 9, 20, 25]]
    assert alike_groups(rows[:1]) == []
