from __future__ import annotations

import numpy as np
import pytest

from gyeol.kinds import LENGTH, describe, fit_kinds


def _gap(first, second):
    return float(np.sqrt(((first - second) ** 2).mean()))


@pytest.mark.parametrize("shape", [(64, 64), (64, 4096), (97, 311), (512, 512), (1100, 700), (5, 3), (1, 1)])
def test_any_size_gives_the_same_length_and_finite_numbers(texture, shape):
    described = describe(texture(0, 0, shape))
    assert described.shape == (LENGTH,)
    assert described.dtype == np.float32
    assert np.isfinite(described).all()


@pytest.mark.parametrize("value", [0, 127, 255])
def test_a_constant_image_is_finite(value):
    assert np.isfinite(describe(np.full((128, 128), value, np.uint8))).all()


def test_brightness_and_position_do_not_matter(texture):
    image = np.clip(texture(0, 0, (512, 512)).astype(int), 40, 200)
    plain = describe(image.astype(np.uint8))
    assert _gap(describe((image + 40).astype(np.uint8)), plain) < 1e-3
    other = _gap(describe(texture(0, 1, (512, 512))), plain)
    assert _gap(describe(np.roll(image, (77, 201), (0, 1)).astype(np.uint8)), plain) < 1.5 * other


@pytest.fixture(scope="module")
def five(described):
    """Five kinds, fitted on 25 images each."""
    rows, truth = described(5, 25)
    kinds = fit_kinds(rows)
    labels = kinds.assign(rows)
    assert kinds.count == 5
    return kinds, {kind: labels[truth == kind][0] for kind in range(5)}


@pytest.mark.parametrize("kind", range(5))
def test_a_small_defect_other_light_or_another_size_leave_the_kind(texture, five, kind):
    kinds, name = five
    image = texture(kind, 1000)
    defect = image.copy()
    defect[100:130, 60:105] = 255  # 2 % of the image
    ramp = np.linspace(-30, 30, 256)[:, None]
    uneven = np.clip(image + ramp, 0, 255).astype(np.uint8)
    flat = (128 + (image.astype(float) - 128) * 0.7).astype(np.uint8)
    large = texture(kind, 1001, (480, 700))
    small = texture(kind, 1002, (150, 190))
    rows = np.stack([describe(changed) for changed in (image, defect, uneven, flat, large, small)])
    assert kinds.assign(rows).tolist() == [name[kind]] * 6


@pytest.mark.parametrize("shape", [(0, 5), (3, 4, 3), (7,)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="shape"):
        describe(np.zeros(shape, np.uint8))
