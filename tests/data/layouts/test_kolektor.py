from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gyeol.data.layouts import read_dataset
from gyeol.errors import DataError


def test_black_masks_are_normal(kolektor: Path) -> None:
    data = read_dataset(kolektor)
    assert [image.path.name for image in data.defects] == ["10001.png"]
    assert data.defects[0].mask == kolektor / "train/10001_GT.png"
    assert [image.path.name for image in data.normals] == ["10000.png", "10002.png"]
    assert all(image.mask is None for image in data.normals)
    assert [path.name for path in data.test] == ["20000.png", "20001.png", "20002.png"]
    assert [image.defective for image in data.key] == [False, True, False]


def test_a_copied_mask_is_no_image(kolektor: Path) -> None:
    mask = kolektor / "train/10001_GT.png"
    shutil.copy(mask, mask.with_name("10001_GT(1).png"))
    assert len(read_dataset(kolektor).train) == 3


def test_the_test_may_be_missing(kolektor: Path) -> None:
    shutil.rmtree(kolektor / "test")
    data = read_dataset(kolektor)
    assert (data.test, data.key) == ((), ())


def test_faults_are_named(kolektor: Path) -> None:
    train = kolektor / "train"
    (train / "10002_GT.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"10002_GT\.png: the file is empty"):
        read_dataset(kolektor)
    (train / "10002_GT.png").unlink()
    with pytest.raises(DataError, match=r"10002\.png: no mask 10002_GT\.png beside it"):
        read_dataset(kolektor)
    (train / "10002.png").unlink()
    (train / "10001.png").unlink()
    with pytest.raises(DataError, match=r"10001_GT\.png: a mask without an image 10001"):
        read_dataset(kolektor)
    shutil.rmtree(train)
    with pytest.raises(DataError, match="train: no such folder"):
        read_dataset(kolektor, "kolektor")
    train.mkdir()
    with pytest.raises(DataError, match="train: no images"):
        read_dataset(kolektor, "kolektor")
