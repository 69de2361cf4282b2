from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from gyeol.data.competition import read_competition
from gyeol.errors import DataError

Png = Callable[..., Path]


def fault(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_competition(root)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_the_images_are_sorted_out_once(competition: Path) -> None:
    data = read_competition(competition)
    assert data.normals is data.normals, "else drawing one by one from 50,000 looks through 50,000 each time"
    assert data.defects is data.defects


def test_whole_layout(competition: Path) -> None:
    data = read_competition(competition)
    assert data.root == competition
    assert [image.path.name for image in data.defects] == ["defect_0.png", "defect_1.png", "defect_2.png"]
    assert [image.mask and image.mask.parent.name for image in data.defects] == [
        "defect_masks",
        "defect_masks",
        None,
    ]
    assert len(data.normals) == 4
    assert all(image.mask is None for image in data.normals)
    assert data.train == data.defects + data.normals
    assert [path.name for path in data.test] == ["test_0.png", "test_1.png", "test_2.png"]
    assert data.sample_submission == competition / "test/sample_submission.csv"


def test_parent_of_data_and_train_itself_are_accepted(competition: Path, tmp_path: Path) -> None:
    want = [image.path.name for image in read_competition(competition).train]
    assert [i.path.name for i in read_competition(competition / "train").train] == want
    parent = tmp_path / "mission"
    parent.mkdir()
    competition.rename(parent / "data")
    assert [i.path.name for i in read_competition(parent).train] == want


def test_masks_and_test_are_optional(competition: Path) -> None:
    shutil.rmtree(competition / "train/defect_masks")
    shutil.rmtree(competition / "test")
    data = read_competition(competition)
    assert {image.mask for image in data.train} == {None}
    assert data.test == ()
    assert data.sample_submission is None


def test_sample_without_test_images_does_not_stop_training(competition: Path) -> None:
    shutil.rmtree(competition / "test/images")
    data = read_competition(competition)
    assert data.test == ()
    assert data.sample_submission is not None


@pytest.mark.parametrize("folder", ["defect_images", "normal_images"])
def test_missing_and_empty_folder(competition: Path, folder: str) -> None:
    for path in (competition / "train" / folder).iterdir():
        path.unlink()
    assert f"{folder}: no images in it" in fault(competition)
    (competition / "train" / folder).rmdir()
    assert f"{folder}: no such folder" in fault(competition)


def test_wrong_places(tmp_path: Path, png: Png) -> None:
    assert "no such folder" in fault(tmp_path / "nowhere")
    assert "no folder train" in fault(tmp_path)
    assert "a file" in fault(png(tmp_path / "a.png"))


def test_masks_without_image_are_named_and_counted(competition: Path, png: Png) -> None:
    png(competition / "train/defect_masks/stray.png")
    assert "stray.png: a mask without an image" in fault(competition)
    png(competition / "train/defect_masks/stray2.png")
    assert "1 more" in fault(competition)


@pytest.mark.parametrize("folder", ["defect_images", "defect_masks", "normal_images"])
def test_names_that_differ_only_in_extension(competition: Path, png: Png, folder: str) -> None:
    png(competition / "train" / folder / "twin.png")
    png(competition / "train" / folder / "twin.BMP")
    message = fault(competition)
    assert "twin.png" in message
    assert "twin.BMP" in message


def test_mask_may_have_another_extension(competition: Path) -> None:
    masks = competition / "train/defect_masks"
    (masks / "defect_0.png").rename(masks / "defect_0.BMP")
    assert read_competition(competition).defects[0].mask == masks / "defect_0.BMP"


def test_sample_and_test_images_must_belong_together(competition: Path, png: Png) -> None:
    sample = competition / "test/sample_submission.csv"
    sample.write_text("ImageId,answer\ntest_0,0\n" + "".join(f"gone_{i},0\n" for i in range(1500)))
    message = fault(competition)
    assert "1,500 of its ids have no image (gone_0, gone_1, gone_2 and 1,497 more)" in message
    assert "2 images are not in it (test_1.png, test_2.png)" in message


def test_ids_may_carry_the_extension(competition: Path) -> None:
    sample = competition / "test/sample_submission.csv"
    sample.write_text("ImageId,answer\ntest_2.png,0\ntest_0.png,0\ntest_1.png,0\n")
    assert len(read_competition(competition).test) == 3


def test_names_in_any_script_match_whatever_their_normal_form(competition: Path, png: Png) -> None:
    odd = "결함 🧵 1"
    decomposed = unicodedata.normalize("NFD", odd)
    assert decomposed != odd
    png(competition / f"train/defect_images/{decomposed}.png")  # as macOS stores it
    png(competition / f"train/defect_masks/{odd}.png")
    png(competition / "train/normal_images/new\nline.png")
    png(competition / f"test/images/{decomposed}.png")
    sample = competition / "test/sample_submission.csv"
    sample.write_text(sample.read_text() + f"{odd},0\n", encoding="utf-8")
    data = read_competition(competition)
    assert len([image for image in data.defects if image.mask]) == 3
    assert len(data.normals) == 5
    assert len(data.test) == 4
