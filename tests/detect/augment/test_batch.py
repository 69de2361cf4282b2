from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gyeol.detect.augment import compose
from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.surfaces import Surface

MIXED = Recipe(crops=16, size=64, synthetic=0.25, composed=0.25, real=0.2)
SYNTHETIC, COMPOSED, REAL, NORMAL = slice(0, 4), slice(4, 8), slice(8, 11), slice(11, 16)


@pytest.fixture(scope="module")
def normals(texture: Callable[..., np.ndarray]) -> list[Surface]:
    """Make normals of two kinds, one of them smaller than a crop."""
    return [
        Surface(texture(i, shape=shape, grain=grain), kind=kind)
        for i, (shape, grain, kind) in enumerate(
            [((80, 72), 1.5, 0), ((50, 200), 1.5, 0), ((96, 96), 4.0, 1), ((80, 80), 4.0, 1)]
        )
    ]


@pytest.fixture(scope="module")
def defects(defect: Callable[..., Surface]) -> list[Surface]:
    return [defect(20), defect(21), defect(22, shape=(70, 60))]


@pytest.fixture(scope="module")
def sampler(normals: list[Surface], defects: list[Surface]) -> Sampler:
    return Sampler(normals, defects, seed=3)


def assert_same(one: object, other: object) -> None:
    for name in ("pixels", "target", "weight", "rough", "normal"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_batch_is_decided_by_seed_and_step_whatever_was_drawn_before(
    normals: list[Surface], defects: list[Surface], sampler: Sampler
) -> None:
    forwards = [sampler.batch(step, MIXED) for step in range(4)]
    other = Sampler(normals, defects, seed=3)
    backwards = [other.batch(step, MIXED) for step in (3, 2, 1, 0)][::-1]
    for one, two in zip(forwards, backwards, strict=True):
        assert_same(one, two)
    assert not np.array_equal(forwards[0].pixels, forwards[1].pixels)
    assert not np.array_equal(Sampler(normals, defects, seed=4).batch(0, MIXED).pixels, forwards[0].pixels)


def test_a_batch_has_the_shapes_and_values_that_the_loss_expects(sampler: Sampler) -> None:
    for step in range(6):
        batch = sampler.batch(step, MIXED)
        assert batch.pixels.shape == (16, 1, 64, 64)
        assert batch.target.shape == batch.weight.shape == batch.rough.shape == (16, 8, 8)
        assert batch.pixels.dtype == batch.target.dtype == batch.weight.dtype == np.float32
        assert np.isfinite(batch.pixels).all()
        assert set(np.unique(batch.target)) <= {0, 1}
        assert set(np.unique(batch.weight)) <= {0, 1}
        assert set(np.unique(batch.rough)) <= {0, 1}
        assert not (batch.target + batch.weight)[batch.rough == 1].any()
        assert (batch.weight[batch.target == 1] == 1).all(), "what is taught as a defect counts"


def test_the_shares_of_the_recipe_are_kept(sampler: Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for name in ("_synthetic", "_composed", "_real", "_normal"):
        before = getattr(Sampler, name)

        def noted(*arguments: object, name: str = name, before: Callable[..., object] = before) -> object:
            made.append(name)
            return before(*arguments)

        monkeypatch.setattr(Sampler, name, noted)
    batch = sampler.batch(0, MIXED)
    assert [made.count(name) for name in ("_synthetic", "_composed", "_real", "_normal")] == [4, 4, 3, 5]
    assert (batch.normal[REAL] == -1).all()
    assert (batch.normal[SYNTHETIC] >= 0).all()


def test_defects_are_marked_in_most_crops_that_show_one(sampler: Sampler) -> None:
    batches = [sampler.batch(step, MIXED) for step in range(10)]
    marked = np.concatenate([(batch.target + batch.rough).any((1, 2)) for batch in batches])
    share = marked.reshape(10, 16)
    assert share[:, SYNTHETIC].mean() > 0.6
    assert share[:, COMPOSED].mean() > 0.8
    assert share[:, REAL].mean() > 0.9
    for batch in batches:
        assert not batch.rough[SYNTHETIC].any(), "where a synthetic anomaly is, is known"
        assert not batch.target[COMPOSED].any(), "a person's mask is rough"
        assert not batch.target[REAL].any()
        assert not batch.rough[NORMAL].any()


def test_a_real_crop_marks_the_bright_square_and_nothing_else(sampler: Sampler) -> None:
    for step in range(6):
        batch = sampler.batch(step, MIXED)
        for number in range(REAL.start, REAL.stop):
            cells = batch.pixels[number, 0].reshape(8, 8, 8, 8).mean((1, 3))
            marked, calm = batch.rough[number] == 1, batch.weight[number] == 1
            assert cells[marked].max() > cells[calm].max()
            assert cells[marked].max() > cells[calm].mean() + 1


def test_without_defects_their_shares_become_synthetic(normals: list[Surface]) -> None:
    batch = Sampler(normals, [], seed=0).batch(0, MIXED)
    assert (batch.normal >= 0).all()
    assert not batch.target[NORMAL].any()


@pytest.mark.parametrize("pasted", [0.0, 1.0])
def test_pasted_normal_surface_is_taught_as_normal(
    sampler: Sampler, monkeypatch: pytest.MonkeyPatch, pasted: float
) -> None:
    pastes = 0
    before = compose.paste

    def counted(*arguments: np.ndarray) -> np.ndarray:
        nonlocal pastes
        pastes += 1
        return before(*arguments)

    monkeypatch.setattr(compose, "paste", counted)
    batch = sampler.batch(0, replace(MIXED, synthetic=0, composed=0, real=0, pasted=pasted))
    assert pastes == 16 * pasted
    assert not batch.target.any()
    assert (batch.weight == 1).all()


def test_a_defect_without_a_mask_is_taught_neither_as_defect_nor_as_normal(
    normals: list[Surface], defect: Callable[..., Surface]
) -> None:
    batch = Sampler(normals, [defect(20, masked=False)], seed=3).batch(0, MIXED)
    for part in (COMPOSED, REAL):
        assert not batch.weight[part].any()
        assert not (batch.target + batch.rough)[part].any()
        assert (batch.normal[part] == -1).all()
    assert batch.weight[NORMAL].all()


def test_a_composed_defect_lies_on_a_normal_of_its_kind(
    normals: list[Surface], defect: Callable[..., Surface]
) -> None:
    of_kind_1 = defect(20)
    of_kind_1.kind = 1
    sampler = Sampler(normals, [of_kind_1], seed=0)
    numbers = {int(n) for step in range(5) for n in sampler.batch(step, MIXED).normal[COMPOSED]}
    assert numbers == {2, 3}
    of_kind_1.kind = 7  # of which there is no normal
    assert sampler.batch(0, MIXED).normal[COMPOSED].min() >= 0


def test_of_dark_defects_some_are_composed_dark_and_some_bright(normals: list[Surface]) -> None:
    pixels, mask = normals[3].pixels.copy(), np.zeros((80, 80), bool)
    mask[32:48, 32:48] = True
    pixels[36:44, 36:44] = 0
    sampler = Sampler(normals, [Surface(pixels, kind=1, mask=mask)], seed=0)
    signs = []
    for step in range(12):
        batch = sampler.batch(step, replace(MIXED, synthetic=0, composed=1, real=0))
        for crop, rough in zip(batch.pixels[:, 0], batch.rough, strict=True):
            inside = crop[np.kron(rough, np.ones((8, 8))) > 0] - np.median(crop)
            if len(inside):
                signs.append(inside[np.abs(inside).argmax()] > 0)
    assert 0.2 < np.mean(signs) < 0.6


@pytest.mark.parametrize(
    ("ways", "directions"), [(((0, False),), {0}), (((0, False), (2, False)), {0, 2}), ((), {0, 1, 2, 3})]
)
def test_crops_are_turned_only_in_the_ways_of_their_kind(
    defect: Callable[..., Surface], ways: tuple[tuple[int, bool], ...], directions: set[int]
) -> None:
    slope = np.repeat(np.linspace(0, 255, 128)[None], 128, axis=0).astype(np.uint8)
    mask = np.zeros((128, 128), bool)
    mask[60:70, 60:70] = True
    sampler = Sampler([Surface(slope)], [Surface(slope, mask=mask)], 0, (ways,) if ways else ())
    seen = set()
    for step in range(8):
        for crop in sampler.batch(step, replace(MIXED, synthetic=0, pasted=0, composed=0)).pixels[:, 0]:
            across, down = np.diff(crop.mean(0)).mean(), np.diff(crop.mean(1)).mean()
            seen.add((0 if across > 0 else 2) if abs(across) > abs(down) else (1 if down > 0 else 3))
    assert seen == directions


def test_enlarged_crops_show_half_as_much_twice_as_large() -> None:
    stripes = np.tile(np.repeat(np.array([60, 190], np.uint8), 8), (128, 8))  # 16 pixels from one to the next
    mask = np.zeros((128, 128), bool)
    mask[40:56, 40:56] = True
    sampler = Sampler([Surface(stripes)], [Surface(stripes, mask=mask)], seed=0)
    plain = replace(MIXED, size=64, synthetic=0, composed=0, real=0.5, pasted=0, zoomed=0)
    whole, large = (sampler.batch(0, replace(plain, enlarge=times)) for times in (1, 2))
    assert whole.pixels.shape == large.pixels.shape

    def period(pixels: np.ndarray) -> float:
        """Pixels from stripe to stripe, whichever way the crop was turned."""
        power = np.abs(np.fft.fft2(pixels - pixels.mean()))
        row, column = (min(n, 64 - n) for n in np.unravel_index(int(power.argmax()), power.shape))
        return 64 / max(row, column)

    assert [period(each[0]) for each in whole.pixels] == [16] * len(whole.pixels)
    assert [period(each[0]) for each in large.pixels] == [32] * len(large.pixels)
    assert large.rough.sum() > 2 * whole.rough.sum() > 0
