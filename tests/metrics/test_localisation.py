from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from sklearn.metrics import roc_auc_score

from gyeol.metrics import Aupro


def _slow_aupro(heatmaps, masks, limit):
    """The definition, threshold by threshold."""
    rate, overlap = [0.0], [0.0]
    values = np.unique(np.concatenate([heatmap.ravel() for heatmap in heatmaps]))[::-1]
    outside = np.concatenate([heatmap[~mask] for heatmap, mask in zip(heatmaps, masks, strict=True)])
    for threshold in values:
        shares = []
        for heatmap, mask in zip(heatmaps, masks, strict=True):
            labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
            shares += [(heatmap[labels == region] >= threshold).mean() for region in range(1, count + 1)]
        rate.append((outside >= threshold).mean())
        overlap.append(np.mean(shares))
    grid = np.linspace(0, limit, 200001)
    return np.trapezoid(np.interp(grid, rate, overlap), grid) / limit


@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.3, 1.0]), st.sampled_from([3, 40, 256]))
@settings(max_examples=25, deadline=None)
def test_agrees_with_the_definition(seed, limit, levels):
    random = np.random.default_rng(seed)
    heatmaps = [random.integers(0, levels, (9, 11)) for _ in range(3)]
    masks = [random.random((9, 11)) < 0.15 for _ in range(2)] + [np.zeros((9, 11), bool)]
    masks[0][0, 0] = True
    metric = Aupro(bins=256)
    for heatmap, mask in zip(heatmaps, masks, strict=True):
        metric.add(heatmap, mask)
    assert metric.value(limit) == pytest.approx(_slow_aupro(heatmaps, masks, limit), abs=2e-3)


def test_with_one_region_and_no_limit_it_is_the_pixels_auroc():
    random = np.random.default_rng(0)
    mask = np.zeros((40, 50), bool)
    mask[10:20, 15:30] = True
    heatmap = (random.integers(0, 1000, mask.shape) + 400 * mask).astype(np.uint16)
    metric = Aupro()
    metric.add(heatmap, mask)
    assert metric.value(1.0) == pytest.approx(roc_auc_score(mask.ravel(), heatmap.ravel()))


@pytest.fixture
def two_regions():
    mask = np.zeros((40, 40), bool)
    mask[2:4, 2:4] = True
    mask[10:30, 10:30] = True
    return mask


def test_perfect_maps_reach_one_and_empty_ones_half_the_limit(two_regions):
    perfect, blind = Aupro(), Aupro()
    for metric, heatmap in ((perfect, two_regions * 65535), (blind, np.zeros((40, 40), int))):
        metric.add(heatmap, two_regions)
        metric.add(np.zeros((64, 70), np.uint8))
    assert perfect.value() == pytest.approx(1)
    assert blind.value() == pytest.approx(0.15)
    assert perfect.regions == 2


def test_small_regions_count_as_much_as_large_ones(two_regions):
    heatmap = np.zeros((40, 40), np.uint8)
    heatmap[10:30, 10:30] = 200  # the small region is missed altogether
    metric = Aupro()
    metric.add(heatmap, two_regions)
    assert metric.value(1e-6) == pytest.approx(0.5, abs=1e-3)


def test_saturation_makes_allowance_for_generous_masks(two_regions):
    heatmap = np.zeros((40, 40), np.uint8)
    heatmap[2:4, 2:3] = heatmap[10:20, 10:30] = 255  # half of each region
    values = []
    for saturation in (1.0, 0.5):
        metric = Aupro(saturation=saturation)
        metric.add(heatmap, two_regions)
        values.append(metric.value(1e-6))
    assert values == pytest.approx([0.5, 1.0], abs=1e-3)


def test_touching_corners_make_one_region():
    mask = np.zeros((8, 8), bool)
    mask[2, 2] = mask[3, 3] = True
    metric = Aupro()
    metric.add(np.zeros((8, 8), np.uint8), mask)
    assert metric.regions == 1


def test_what_makes_no_sense_is_refused(two_regions):
    metric = Aupro(bins=256)
    with pytest.raises(ValueError, match="marks anything"):
        metric.value()
    for heatmap, mask in (
        (np.zeros((4, 4)), None),
        (np.zeros(4, np.uint8), None),
        (np.full((4, 4), 256), None),
        (np.full((4, 4), -1), None),
        (np.zeros((4, 4), np.uint8), two_regions),
    ):
        with pytest.raises(ValueError, match="heat map"):
            metric.add(heatmap, mask)
    metric.add(np.zeros((4, 4), np.uint8), np.ones((4, 4), bool))
    with pytest.raises(ValueError, match="every pixel"):
        metric.value()
    for limit in (0, 1.1):
        with pytest.raises(ValueError, match="limit"):
            metric.value(limit)
    for options in ({"bins": 1}, {"saturation": 0}, {"saturation": 1.5}):
        with pytest.raises(ValueError, match="must be"):
            Aupro(**options)
