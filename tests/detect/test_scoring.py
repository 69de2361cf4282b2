from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from gyeol.detect.network import CellNet
from gyeol.detect.scoring import cell_scores, heat_map, prepare, raw_score


@pytest.mark.parametrize("shape", [(64, 64), (97, 65), (70, 128), (81, 100)])
def test_any_size_is_scored(net: CellNet, shape: tuple[int, int], texture: Callable[..., np.ndarray]) -> None:
    pixels = texture(0, shape=shape)
    cells = (-(-shape[0] // 8), -(-shape[1] // 8))
    assert prepare(pixels).shape == (8 * cells[0], 8 * cells[1])
    logits = cell_scores(net, pixels, "fp32")
    assert logits.shape == cells
    assert logits.dtype == np.float32
    assert heat_map(logits, shape).shape == shape
    assert heat_map(logits, shape).dtype == np.float32


def test_the_border_is_the_images_own_mirror_image(texture: Callable[..., np.ndarray]) -> None:
    ready = prepare(texture(0, shape=(70, 66)))
    np.testing.assert_array_equal(ready[70:], ready[64:70][::-1][:2])
    np.testing.assert_array_equal(ready[:, 66:72], ready[:, 60:66][:, ::-1])


def test_a_score_does_not_depend_on_what_was_scored_before(
    net: CellNet, texture: Callable[..., np.ndarray]
) -> None:
    first = cell_scores(net, texture(0), "fp32")
    cell_scores(net, texture(1), "fp32")
    cell_scores(net, texture(2, shape=(64, 200)), "fp32")
    np.testing.assert_array_equal(cell_scores(net, texture(0), "fp32"), first)


def test_brightness_and_contrast_of_the_camera_hardly_matter(
    net: CellNet, texture: Callable[..., np.ndarray]
) -> None:
    pixels = texture(0)
    other = (pixels.astype(np.float32) * 0.7 + 20).round().astype(np.uint8)
    a, b = (cell_scores(net, each, "fp32") for each in (pixels, other))
    np.testing.assert_allclose(a, b, atol=0.02 + 0.05 * a.std())


@pytest.mark.parametrize("place", [(0, 0), (0, 7), (7, 0), (7, 7), (3, 4), (0, 4)])
def test_a_defect_at_the_border_scores_as_one_in_the_middle(place: tuple[int, int]) -> None:
    logits = np.full((10, 10), -5, np.float32)
    logits[place[0] : place[0] + 3, place[1] : place[1] + 3] = 3
    assert raw_score(logits) == pytest.approx(3, abs=1e-5)


def test_nothing_beyond_the_border_is_averaged_in() -> None:
    assert raw_score(np.full((4, 6), -5, np.float32)) == pytest.approx(-5)
    assert raw_score(np.full((1, 1), 2, np.float32)) == pytest.approx(2)


def test_one_high_cell_counts_less_than_a_patch() -> None:
    lone, patch = np.zeros((9, 9), np.float32), np.zeros((9, 9), np.float32)
    lone[4, 4] = 9
    patch[3:5, 3:5] = 9
    assert raw_score(lone) == pytest.approx(9 / 4)
    assert raw_score(patch) == pytest.approx(9)


def test_a_corner_counts_no_more_than_the_middle() -> None:
    corner, middle = np.zeros((9, 9), np.float32), np.zeros((9, 9), np.float32)
    corner[0, 0] = middle[4, 4] = 9
    assert raw_score(corner) == raw_score(middle)


def test_an_image_of_one_row_of_cells_has_a_score() -> None:
    row = np.array([[0, 0, 6, 2]], np.float32)
    assert raw_score(row) == raw_score(row.T) == pytest.approx(4)


def test_an_images_own_level_does_not_count(net: CellNet, texture: Callable[..., np.ndarray]) -> None:
    cells = cell_scores(net, texture(0), "fp32")
    assert np.median(cells) == pytest.approx(0, abs=1e-3)
    assert net.logit.bias is not None
    with torch.no_grad():
        net.logit.bias += 3
    try:
        np.testing.assert_allclose(cell_scores(net, texture(0), "fp32"), cells, atol=1e-3)
    finally:
        with torch.no_grad():
            net.logit.bias -= 3


def test_a_heat_map_keeps_scale_and_place() -> None:
    logits = np.full((9, 13), -2, np.float32)
    logits[2, 3] = 7
    heat = heat_map(logits, (70, 100))
    assert heat.min() == pytest.approx(-2, abs=1e-5)
    assert heat.max() > 5.5
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    assert 16 <= peak[0] < 24
    assert 24 <= peak[1] < 32


def test_an_enlarged_image_has_four_times_the_cells_and_a_heat_map_of_its_own_size(
    texture: Callable[..., np.ndarray],
) -> None:
    pixels = texture(0, shape=(67, 100))
    prepared = prepare(pixels, 2)
    assert prepared.shape == (136, 200)
    # Bilinear, so that the means of 2x2 are close to what was there.
    means = prepared[:134].reshape(67, 2, 100, 2).mean((1, 3))
    assert np.corrcoef(means.ravel(), prepare(pixels)[:67, :100].ravel())[0, 1] > 0.9
    cells = np.full((17, 25), -2, np.float32)
    cells[4, 6] = 7
    heat = heat_map(cells, (67, 100), 2)
    assert heat.shape == (67, 100)
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    assert 16 <= peak[0] < 20
    assert 24 <= peak[1] < 28
