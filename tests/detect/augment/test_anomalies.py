from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from gyeol.detect.augment import alterations, marks
from gyeol.detect.augment.batch import ALTERATIONS, MARKS

SIZE = 128
REACH = 32
"""Pixels that a halo, or the foot of a warp, may reach beyond the map."""
Anomaly = Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def alone(maker: Callable[..., tuple[np.ndarray, np.ndarray]]) -> Anomaly:
    return lambda crop, other, rng: maker(crop, rng)


ALL: dict[str, Anomaly] = {
    **{maker.__name__: alone(maker) for maker in (*MARKS, *ALTERATIONS)},
    **{maker.__name__: maker for maker in (alterations.foreign, alterations.turned, alterations.window)},
}


def surface(texture: Callable[..., np.ndarray], seed: int) -> np.ndarray:
    pixels = texture(seed, shape=(SIZE, SIZE)).astype(np.float32)
    return (pixels - pixels.mean()) / pixels.std()


def distance_from(where: np.ndarray) -> np.ndarray:
    return cv2.distanceTransform((where == 0).astype(np.uint8), cv2.DIST_L2, 5)


def test_every_maker_of_the_modules_is_tested() -> None:
    made = {
        name
        for module in (marks, alterations)
        for name, value in vars(module).items()
        if callable(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert made - {"blend"} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_an_anomaly_changes_its_map_and_leaves_the_rest(
    name: str, texture: Callable[..., np.ndarray]
) -> None:
    crop, other = surface(texture, 1), surface(texture, 2)
    kept, drawn = crop.copy(), 0
    for seed in range(25):
        changed, where = ALL[name](crop, other, np.random.default_rng(seed))
        assert changed.shape == where.shape == (SIZE, SIZE)
        assert changed.dtype == where.dtype == np.float32
        assert np.isfinite(changed).all()
        assert where.min() >= 0
        assert where.max() <= 1 + 1e-5
        np.testing.assert_array_equal(crop, kept, "the crop itself is not written to")
        if where.max() <= 0.4:
            continue  # what was drawn lies outside of the crop
        drawn += 1
        difference = np.abs(changed - crop)
        assert difference[distance_from((where > 0.4).astype(np.float32)) < 9].max() > 0.02
        far = distance_from(where) > REACH
        assert difference[far].max(initial=0) < 1e-4
    assert drawn >= 20


@pytest.mark.parametrize("name", ALL)
def test_an_anomaly_is_decided_by_the_generator(name: str, texture: Callable[..., np.ndarray]) -> None:
    crop, other = surface(texture, 1), surface(texture, 2)
    first, again = (ALL[name](crop, other, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    different = ALL[name](crop, other, np.random.default_rng(6))
    assert not np.array_equal(first[0], different[0])
