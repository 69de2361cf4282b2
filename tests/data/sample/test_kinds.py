"""The kinds and their pairing, and single images: visible defects, honest masks, nothing else changed."""

from __future__ import annotations

import numpy as np
import pytest

from gyeol.data.sample.defects import DEFECTS
from gyeol.data.sample.fields import SIDE
from gyeol.data.sample.kinds import Sample, draw_kinds, draw_sample
from gyeol.data.sample.matching import COMPATIBLE
from gyeol.data.sample.textures import TEXTURES


@pytest.fixture(scope="module")
def defective() -> list[tuple[str, Sample]]:
    """Draw three defects of every kind of two seeds."""
    return [
        (kind.defect, draw_sample(seed, kind, 0, number, True))
        for seed in (0, 1)
        for kind in draw_kinds(seed)
        for number in range(3)
    ]


def test_every_seed_pairs_all_textures_with_all_defects() -> None:
    for seed in range(100):
        kinds = draw_kinds(seed)
        assert {kind.texture for kind in kinds} == set(TEXTURES)
        assert {kind.defect for kind in kinds} == set(DEFECTS)
        assert all(kind.texture in COMPATIBLE[kind.defect] for kind in kinds)


def test_every_pair_of_the_table_occurs() -> None:
    seen = {(kind.defect, kind.texture) for seed in range(400) for kind in draw_kinds(seed)}
    table = {(defect, texture) for defect, textures in COMPATIBLE.items() for texture in textures}
    assert len(table - seen) <= 2  # a few are possible only in rare pairings


def test_other_seeds_give_other_parameters() -> None:
    style = {kind.texture: kind.texture_style for kind in draw_kinds(0)}
    for kind in draw_kinds(1):
        assert kind.texture_style != style[kind.texture]


def test_the_same_image_without_its_defect_is_the_same_elsewhere() -> None:
    for kind in draw_kinds(4):
        if kind.defect in ("blur", "fading", "rotation", "swirl"):
            damaged = draw_sample(4, kind, 0, 1, True)
            clean = draw_sample(4, kind, 0, 1, False)
            assert damaged.weak is not None
            changed = damaged.pixels != clean.pixels
            assert 0.002 < changed.mean() < 0.06
            assert (changed & damaged.weak).sum() > 0.7 * changed.sum()


def test_a_defect_keeps_the_mean_and_nearly_the_deviation(defective: list[tuple[str, Sample]]) -> None:
    for name, sample in defective:
        assert abs(sample.damaged.mean()) < 0.05, name
        # Contrast differs by 15 % either way between normals.
        assert abs(sample.damaged.std() - 1) < 0.11, name


def test_every_defect_is_plainly_visible(defective: list[tuple[str, Sample]]) -> None:
    for name, sample in defective:
        assert sample.exact is not None
        change = sample.damaged - sample.clean
        assert np.sqrt((change[sample.exact] ** 2).mean()) > 0.6, name
        assert np.sqrt((change**2).sum()) > 35, name
        assert 0.0008 < sample.exact.mean() < 0.035, name


def test_masks_hold_the_change_and_weak_masks_hold_the_defect(defective: list[tuple[str, Sample]]) -> None:
    covered, energy, ratio = [], [], []
    for _, sample in defective:
        assert sample.exact is not None
        assert sample.weak is not None
        change = (sample.damaged - sample.clean) ** 2
        covered.append((sample.exact & sample.weak).sum() / sample.exact.sum())
        energy.append(change[sample.exact].sum() / change.sum())
        ratio.append(sample.weak.sum() / sample.exact.sum())
    assert np.mean(covered) > 0.9
    assert np.min(covered) > 0.5
    assert np.mean(energy) > 0.85
    assert np.median(ratio) > 1.3  # generous


def test_normals_have_no_masks() -> None:
    sample = draw_sample(0, draw_kinds(0)[0], 1, 1, False)
    assert sample.exact is None
    assert sample.weak is None
    assert sample.pixels.shape == (SIDE, SIDE)
    assert sample.pixels.dtype == np.uint8
