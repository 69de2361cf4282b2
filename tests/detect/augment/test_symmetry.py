from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gyeol.detect.augment.symmetry import ALL, symmetries, turned
from gyeol.detect.surfaces import Surface
from gyeol.kinds import describe, fit_kinds

DIRECTIONS = {"all": (2.0, 2.0), "upright": (8.0, 1.0), "slanted": None}


def surfaces(direction: str, count: int = 30) -> list[Surface]:
    made = []
    for seed in range(count):
        noise = np.random.default_rng(seed).standard_normal((160, 160))
        if direction == "slanted":  # stripes at about 30 degrees to the rows
            y, x = np.mgrid[:160, :160]
            noise = np.sin((0.5 * x + 0.87 * y) / 2 + 3 * gaussian_filter(noise, 20) * 20) + noise
        else:
            noise = gaussian_filter(noise, DIRECTIONS[direction])
        noise = (noise - noise.mean()) / noise.std()
        made.append(Surface(np.clip(128 + 30 * noise, 0, 255).astype(np.uint8)))
    return made


def found(normals: list[Surface]) -> tuple[tuple[tuple[int, bool], ...], ...]:
    kinds = fit_kinds(np.stack([describe(each.pixels) for each in normals]), seed=0)
    for each in normals:
        each.kind = int(kinds.assign(describe(each.pixels)[None])[0])
    return symmetries(normals, kinds)


@pytest.mark.parametrize(
    ("direction", "ways"),
    [
        ("all", ALL),
        ("upright", ((0, False), (2, False), (0, True), (2, True))),
        ("slanted", ((0, False), (2, False))),
    ],
)
def test_a_texture_is_turned_only_into_itself(direction: str, ways: tuple[tuple[int, bool], ...]) -> None:
    for kind in found(surfaces(direction)):
        assert kind == tuple(sorted(ways, key=ALL.index))


def test_each_kind_has_its_own_ways() -> None:
    normals = surfaces("all") + surfaces("upright")
    ways = found(normals)
    assert ways[normals[0].kind] == ALL
    assert len(ways[normals[-1].kind]) == 4


def test_ways_are_what_they_say() -> None:
    image = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(turned(image, (0, True)), image[:, ::-1])
    np.testing.assert_array_equal(turned(image, (2, False)), image[::-1, ::-1])
    assert turned(image, (1, False)).shape == (3, 2)
    assert len({turned(image, way).tobytes() + bytes(turned(image, way).shape) for way in ALL}) == 8
