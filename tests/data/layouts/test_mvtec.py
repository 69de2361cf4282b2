from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gyeol.data.layouts import read_dataset, read_training_data
from gyeol.data.names import test_rows as rows_of
from gyeol.errors import DataError


def test_good_is_training_and_the_types_are_the_key(mvtec: Path) -> None:
    data = read_dataset(mvtec)
    assert (len(data.normals), len(data.defects), len(data.test)) == (4, 0, 9)
    assert [image.kind for image in data.key] == ["color"] * 3 + ["good"] * 3 + ["metal_contamination"] * 3
    assert all(image.defective == (image.kind != "good") for image in data.key)
    assert data.key[0].mask == mvtec / "ground_truth/color/000_mask.png"
    assert [name for name, _ in rows_of(data)][2:4] == ["color_002", "good_000"]
    assert data.notes == ()


def test_without_defects_to_learn_from_it_says_how_to_get_some(mvtec: Path) -> None:
    with pytest.raises(
        DataError, match="learns from labelled defects; move some of the 6 test defects"
    ) as caught:
        read_training_data(mvtec)
    assert "gyeol convert" in str(caught.value)
    assert "--defects 6 --seed 0" in str(caught.value)


def test_defects_in_train_are_learnt_from(mvtec: Path) -> None:
    (mvtec / "train/color").mkdir()
    (mvtec / "test/color/000.png").rename(mvtec / "train/color/000.png")
    data = read_training_data(mvtec)
    assert [(image.kind, image.mask) for image in data.defects] == [
        ("color", mvtec / "ground_truth/color/000_mask.png")
    ]
    assert len(data.key) == 8


def test_masks_without_the_ending_are_found(mvtec: Path) -> None:
    truth = mvtec / "ground_truth/color"
    (truth / "000_mask.png").rename(truth / "000.png")
    assert read_dataset(mvtec).key[0].mask == truth / "000.png"


def test_a_missing_mask_is_noted_and_a_mask_without_image_refused(mvtec: Path) -> None:
    (mvtec / "ground_truth/color/001_mask.png").unlink()
    data = read_dataset(mvtec)
    assert data.key[1].mask is None
    assert data.notes == (
        "1 defects have no mask, so that the image alone is the label (test/color/001.png).",
    )
    (mvtec / "test/color/002.png").unlink()
    with pytest.raises(DataError, match=r"002_mask\.png: a mask without an image 002 in test/color"):
        read_dataset(mvtec)


def test_the_folder_of_all_categories_asks_for_one(mvtec: Path) -> None:
    shutil.copytree(mvtec, mvtec.with_name("wood"))
    with pytest.raises(DataError, match=r"a folder of categories \(carpet, wood\); give one"):
        read_dataset(mvtec.parent)


def test_an_empty_folder_of_a_type_is_passed_over_and_of_good_refused(mvtec: Path) -> None:
    (mvtec / "test/hole").mkdir()
    assert len(read_dataset(mvtec).test) == 9
    for path in (mvtec / "train/good").glob("*.png"):
        path.unlink()
    with pytest.raises(DataError, match="good: no images"):
        read_dataset(mvtec)
    shutil.rmtree(mvtec / "train/good")
    with pytest.raises(DataError, match="good: no such folder"):
        read_dataset(mvtec, "mvtec")
