from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.annotation import Drawn
from gyeol.data.annotation.shapes import Box
from gyeol.data.competition import read_competition
from gyeol.detect.images import load_training_images
from gyeol.errors import DataError


def quiet(*_: object) -> None:
    pass


def test_all_is_read_with_its_mask(folder: Path) -> None:
    images = load_training_images(read_competition(folder), 1.0, 0, quiet)
    assert len(images.defects) == 4
    assert len(images.normals) == 14
    assert [surface.mask is None for surface in images.defects] == [False, True, False, False]
    assert all(surface.mask is None for surface in images.normals)
    square = images.defects[0].mask
    assert square is not None
    assert square.sum() == 256
    assert all(0 <= s.kind < images.kinds.count for s in (*images.defects, *images.normals))


def test_of_more_than_fits_a_random_part_is_read_but_every_defect(folder: Path) -> None:
    dataset = read_competition(folder)
    many = dataset.__class__(dataset.root, dataset.train + dataset.normals * 9)
    told: list[tuple[int, int]] = []
    some = load_training_images(many, 1e-6, 0, lambda *n: told.append(n))
    assert len(some.defects) == 4
    assert 0 < len(some.normals) < 100
    assert told == [(64, 144)]
    other = load_training_images(many, 1e-6, 1, quiet)
    means = [[surface.mean for surface in each.normals] for each in (some, other)]
    assert means[0] != means[1]


def test_a_mask_of_another_size_is_refused(folder: Path, tmp_path: Path) -> None:
    dataset = read_competition(folder)
    odd = tmp_path / "odd.png"
    Image.fromarray(np.full((64, 64), 255, np.uint8)).save(odd)
    first = dataset.train[0]
    wrong = dataset.__class__(dataset.root, (first.__class__(first.path, True, odd), *dataset.train[1:]))
    with pytest.raises(DataError, match=r"odd\.png"):
        load_training_images(wrong, 1.0, 0, quiet)


def test_masks_that_are_shapes_are_drawn(folder: Path) -> None:
    dataset = read_competition(folder)
    first = dataset.train[0]
    drawn = Drawn(folder / "a.json", (Box(3, 4, 5, 6),))
    made = dataset.__class__(dataset.root, (first.__class__(first.path, True, drawn), *dataset.train[1:]))
    mask = load_training_images(made, 1.0, 0, quiet).defects[0].mask
    assert mask is not None
    assert (int(mask.sum()), bool(mask[4, 3]), bool(mask[9, 7])) == (30, True, True)
