from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gyeol.data.layouts import read_dataset
from gyeol.errors import DataError


def test_every_image_is_training_as_there_is_no_split(tiles: Path) -> None:
    data = read_dataset(tiles)
    assert [image.kind for image in data.defects] == ["MT_Blowhole"] * 3 + ["MT_Crack"] * 3
    assert (len(data.normals), data.test, data.split) == (5, (), False)
    assert {image.path.suffix for image in data.train} == {".jpg"}
    assert data.defects[0].mask == data.defects[0].path.with_suffix(".png")
    assert [image.mask is None for image in data.defects] == [False] * 5 + [True]  # the black one
    assert all(image.mask is None for image in data.normals)


def test_faults_are_named(tiles: Path) -> None:
    imgs = tiles / "MT_Crack/Imgs"
    (imgs / "exp1_num_10.png").unlink()
    with pytest.raises(DataError, match=r"exp1_num_10\.jpg: no mask exp1_num_10\.png"):
        read_dataset(tiles)
    (imgs / "exp1_num_10.jpg").unlink()
    (imgs / "exp2_num_11.jpg").unlink()
    with pytest.raises(DataError, match=r"exp2_num_11\.png: a mask without an image"):
        read_dataset(tiles)
    for path in imgs.glob("exp*"):
        path.unlink()
    with pytest.raises(DataError, match="Imgs: no images"):
        read_dataset(tiles)
    shutil.rmtree(imgs)
    with pytest.raises(DataError, match="Imgs: no such folder"):
        read_dataset(tiles)
    with pytest.raises(DataError, match="no folders MT_Blowhole"):
        read_dataset(tiles.parent, "tiles")
