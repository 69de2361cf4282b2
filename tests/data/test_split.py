from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.split import draw_groups, near_units, picture_groups, split_dataset
from gyeol.errors import DataError

SIDE = 160


def surface(seed: int) -> np.ndarray:
    """Clouds of a size that survives brightening, turning and cutting."""
    coarse = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 20), dtype=np.uint8))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


@pytest.fixture
def piece(tmp_path: Path):
    """Give a function that saves a picture and labels it."""

    def save(name: str, pixels: np.ndarray, kind: str = "") -> LabelledImage:
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        return LabelledImage(tmp_path / f"{name}.png", bool(kind), kind=kind or "free")

    return save


def names(groups) -> list[list[str]]:
    return [[image.path.stem for image in group] for group in groups]


def test_pictures_of_one_piece_are_one_group(piece) -> None:
    images = [
        piece("a", surface(1), "crack"),
        piece("b", surface(2)),
        piece("a2", (surface(1) * 0.6 + 40).astype(np.uint8)),  # the same in other light, and called normal
        piece("c", surface(3), "dent"),
        piece("c2", np.rot90(surface(3)).copy(), "dent"),
    ]
    assert names(picture_groups(images)) == [["a", "a2"], ["c", "c2"], ["b"]]
    assert picture_groups([]) == []


def test_defects_turned_by_any_angle_are_one_unit(piece) -> None:
    turned = np.asarray(Image.fromarray(surface(1)).rotate(33, Image.Resampling.BICUBIC))
    images = [piece("a", surface(1), "crack"), piece("b", surface(2), "crack"), piece("a33", turned, "crack")]
    groups = picture_groups(images)
    assert names(groups) == [["a"], ["b"], ["a33"]]
    units = near_units(groups)
    assert units[0] == units[2] != units[1]
    for seed in range(8):
        drawn, _ = draw_groups(groups, units, 2, 0, seed)
        assert {image.path.stem for image in drawn} in ({"a", "a33"}, {"b"})


def test_a_draw_fills_the_room_with_whole_groups(piece) -> None:
    def image(name: str, kind: str) -> LabelledImage:
        return LabelledImage(Path(name), bool(kind), kind=kind or "free")

    groups = [[image(f"{kind}{n}{m}", kind) for m in (0, 1)] for n in range(5) for kind in ("x", "y", "")]
    seen = set()
    for seed in range(5):
        drawn, rest = draw_groups(groups, range(len(groups)), 3, 5, seed)
        assert sum(each.kind == "x" for each in drawn) == 2  # of three places, a pair fills two
        assert sum(each.kind == "y" for each in drawn) == 2
        assert sum(each.kind == "free" for each in drawn) == 4
        assert len(drawn) + len(rest) == 30
        assert {str(each.path)[:-1] for each in drawn}.isdisjoint(str(each.path)[:-1] for each in rest)
        assert draw_groups(groups, range(len(groups)), 3, 5, seed) == (drawn, rest)
        seen.add(frozenset(each.path for each in drawn))
    assert len(seen) > 1


def test_a_dataset_without_test_is_split_whole(piece, tmp_path: Path) -> None:
    images = [piece(f"d{n}", surface(n), "crack") for n in range(4)]
    images += [piece(f"n{n}", surface(10 + n)) for n in range(5)]
    data = split_dataset(Dataset(tmp_path, tuple(images), split=False), 2, 0.5, 0)
    assert (len(data.defects), len(data.normals), len(data.test)) == (2, 2, 5)
    assert data.test == tuple(image.path for image in data.key) == tuple(sorted(data.test))
    assert data.split
    assert {image.path for image in data.train} | set(data.test) == {image.path for image in images}


def test_of_a_test_with_labels_defects_move_to_training(piece, tmp_path: Path) -> None:
    key = tuple(piece(f"t{n}", surface(n), "crack" if n < 4 else "") for n in range(8))
    train = (piece("good", surface(20)),)
    data = split_dataset(Dataset(tmp_path, train, tuple(image.path for image in key), key=key), 3, 0.0, 1)
    assert [image.path.stem for image in data.normals] == ["good"]
    assert len(data.defects) == 3
    assert sum(image.defective for image in data.key) == 1
    assert len(data.test) == 5


def test_a_test_needs_labels_defects_and_normals(piece, tmp_path: Path) -> None:
    images = tuple(piece(f"d{n}", surface(n), "crack" if n < 3 else "") for n in range(5))
    whole = Dataset(tmp_path, images, split=False)
    with pytest.raises(DataError, match="3 defects of each type leave none for the test"):
        split_dataset(whole, 3, 0.5, 0)
    with pytest.raises(DataError, match="no normal images are left"):
        split_dataset(whole, 1, 1.0, 0)
    with pytest.raises(DataError, match="test images have no labels"):
        split_dataset(Dataset(tmp_path, images, (images[0].path,)), 1, 0.5, 0)


def test_the_seed_decides_the_split_and_the_same_seed_gives_the_same(piece, tmp_path: Path) -> None:
    images = [piece(f"d{n}", surface(n), "crack") for n in range(6)]
    images += [piece(f"n{n}", surface(50 + n)) for n in range(6)]
    data = Dataset(tmp_path, tuple(images), split=False)
    splits = [
        tuple(sorted(image.path.stem for image in split_dataset(data, 3, 0.5, seed=seed).defects))
        for seed in (0, 0, 0, 1, 2, 3)
    ]
    assert splits[0] == splits[1] == splits[2]
    assert len(set(splits)) > 1
