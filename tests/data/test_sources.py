from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, rotate

from gyeol.data.sources import canonical_hash, piece_groups, source_groups

Pixels = NDArray[np.uint8]
SIDE = 256
KINDS = ["fine", "cloudy", "grain", "stripes", "woven"]


def texture(kind: str, rng: np.random.Generator) -> Pixels:
    """Another picture of the same kind of surface, under the same uneven light."""
    y, x = np.mgrid[:SIDE, :SIDE]
    noise = rng.normal(size=(SIDE, SIDE))
    a, b = rng.uniform(0, 2 * np.pi, 2)
    surface = {
        "fine": lambda: gaussian_filter(noise, 1.5) - gaussian_filter(noise, 4),
        "cloudy": lambda: gaussian_filter(noise, 9),
        "grain": lambda: gaussian_filter(noise, (1, 12)),
        "stripes": lambda: np.sin(x * 0.45 + y * 0.2 + a) + 0.05 * noise,
        "woven": lambda: np.sign(np.sin(x * 0.45 + a) * np.sin(y * 0.45 + b)) + 0.1 * noise,
    }[kind]()
    surface = (surface - surface.mean()) / surface.std() * 25
    light = 120 + 30 * np.cos(np.hypot(y - SIDE / 2, x - SIDE / 2) / SIDE * 2) + 20 * x / SIDE
    return np.asarray((surface + light).clip(0, 255).round(), dtype=np.uint8)


def turned_copies(image: Pixels, rng: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    """Yield the copies that augmentation scripts make."""
    angle = float(rng.choice(np.arange(10, 350, 10)))
    wide = image.astype(np.float32)
    picture = Image.fromarray(image)
    yield "black corners", np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR))
    yield "nearest", np.asarray(picture.rotate(angle, Image.Resampling.NEAREST))
    yield "grown canvas", np.asarray(picture.rotate(angle, Image.Resampling.BICUBIC, expand=True))
    yield "mirrored corners", rotate(wide, angle, reshape=False, order=1, mode="mirror").astype(np.uint8)
    yield "flipped", np.asarray(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).rotate(angle))
    off_centre = picture.rotate(angle, Image.Resampling.BILINEAR, center=(SIDE / 2 + 0.5, SIDE / 2 + 0.5))
    yield "half a pixel off", np.asarray(off_centre)
    yield "darker", (np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR)) * 0.7 + 10).astype(np.uint8)
    yield "not turned, brighter", (wide * 0.9 + 25).clip(0, 255).astype(np.uint8)


@settings(deadline=None)
@given(
    image=hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 2))
)
def test_hash_is_the_same_for_all_eight_versions_and_for_nothing_else(image: Pixels) -> None:
    versions = [np.rot90(side, k) for side in (image, image.T) for k in range(4)]
    assert len({canonical_hash(version) for version in versions}) == 1
    other = image.copy()
    other[0, 0] += 1
    if not any(np.array_equal(other, version) for version in versions):
        assert canonical_hash(other) != canonical_hash(image)


def test_same_bytes_in_another_shape_are_another_image() -> None:
    flat = np.arange(12, dtype=np.uint8)
    assert canonical_hash(flat.reshape(3, 4)) != canonical_hash(flat.reshape(2, 6))


def test_exact_and_turned_copies_are_grouped_whatever_is_in_them() -> None:
    rng = np.random.default_rng(0)
    one, two = (rng.integers(0, 255, (64, 80), dtype=np.uint8) for _ in range(2))
    flat = np.full((64, 64), 7, np.uint8)
    images = [one, two, one[::-1], np.rot90(two), one.copy(), flat, flat.T, flat + 1]
    for near in (False, True):
        assert source_groups(images, near=near).tolist() == [0, 1, 0, 1, 0, 2, 2, 3]
    assert source_groups([canonical_hash(image) for image in images]).tolist() == [0, 1, 0, 1, 0, 2, 2, 3]


def test_hashes_and_images_can_be_mixed_and_nothing_is_nothing() -> None:
    one, two = (np.random.default_rng(i).integers(0, 255, (64, 64), dtype=np.uint8) for i in range(2))
    assert source_groups([one, canonical_hash(two), two, canonical_hash(one)]).tolist() == [0, 1, 1, 0]
    assert source_groups([]).shape == (0,)


@pytest.mark.parametrize("kind", KINDS)
def test_copies_at_any_angle_are_found_and_other_pictures_of_the_kind_are_not(kind: str) -> None:
    rng = np.random.default_rng(KINDS.index(kind))
    sources = [texture(kind, rng) for _ in range(6)]
    images, truth = list(sources), list(range(6))
    names = ["source"] * 6
    for number, source in enumerate(sources[:2]):
        for name, copy in turned_copies(source, rng):
            images.append(copy)
            truth.append(number)
            names.append(name)
    groups = source_groups(images)
    missed = [names[i] for i in range(6, len(images)) if groups[i] != groups[truth[i]]]
    assert missed == []
    assert len(set(groups.tolist())) == 6


def test_grown_canvases_do_not_match_by_their_black_corners() -> None:
    rng = np.random.default_rng(5)
    images = [
        np.asarray(Image.fromarray(texture("cloudy", rng)).rotate(30, Image.Resampling.BILINEAR, expand=True))
        for _ in range(5)
    ]
    assert source_groups(images).tolist() == [0, 1, 2, 3, 4]


def test_sizes_may_differ_and_small_or_flat_images_do_no_harm() -> None:
    rng = np.random.default_rng(6)
    large = texture("fine", rng)
    small = texture("fine", rng)[:64, :70]
    images = [large, small, np.full((64, 64), 9, np.uint8), np.asarray(Image.fromarray(large).rotate(70))]
    assert source_groups(images).tolist() == [0, 1, 2, 0]


def test_a_piece_that_was_photographed_again_in_other_light_is_the_same_piece() -> None:
    rng = np.random.default_rng(0)
    smooth = [cv2.GaussianBlur(rng.normal(size=(160, 200)).astype(np.float32), (0, 0), 2) for _ in range(3)]
    pieces = [128 + 30 * piece / piece.std() for piece in smooth]
    slope = np.linspace(-20, 20, 200)
    again = [0.8 * piece + 10 + slope + rng.normal(0, 2, piece.shape) for piece in pieces[:2]]
    images = [np.clip(each, 0, 255).astype(np.uint8) for each in (*pieces, *again)]
    assert piece_groups(images).tolist() == [0, 1, 2, 0, 1]
    turned = [*images, np.rot90(images[2])]
    assert piece_groups(turned).tolist() == [0, 1, 2, 0, 1, 2]
    assert piece_groups([]).tolist() == []
