from __future__ import annotations

import json
from pathlib import Path

import pytest

from gyeol.data.annotation import Drawn
from gyeol.data.layouts import read_dataset
from gyeol.errors import DataError


def annotations(file: Path, names: list[str], defects: list[str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    images = [{"id": n, "file_name": name, "height": 64, "width": 64} for n, name in enumerate(names)]
    entries = [
        {"id": n, "image_id": names.index(name), "category_id": 1, "bbox": [5, 6, 10, 12], "segmentation": []}
        for n, name in enumerate(defects)
    ]
    content = {"images": images, "annotations": entries, "categories": [{"id": 1, "name": "scratch"}]}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture
def coco(tmp_path: Path, png) -> Path:
    """COCO's own form: annotations beside a folder for each part."""
    root = tmp_path / "coco"
    for part in ("train2017", "test2017"):
        for number in range(3):
            png(root / part / f"00000000000{number}.jpg", seed=number)
        names = [f"00000000000{number}.jpg" for number in range(3)]
        annotations(root / f"annotations/instances_{part}.json", names, names[:1])
    return root


def test_cocos_own_form(coco: Path) -> None:
    data = read_dataset(coco)
    (defect,) = data.defects
    assert (defect.path, defect.kind) == (coco / "train2017/000000000000.jpg", "scratch")
    assert isinstance(defect.mask, Drawn)
    assert defect.mask.read((64, 64), defect.path).sum() == 120
    assert [image.defective for image in data.key] == [True, False, False]
    assert {path.parent.name for path in data.test} == {"test2017"}
    assert data.notes == ()


def test_the_form_of_annotation_programs(tmp_path: Path, png) -> None:
    root = tmp_path / "export"
    for part in ("train", "valid", "test"):
        png(root / part / "결함 1.JPG")
        png(root / part / "b.bmp", seed=1)
        annotations(root / part / "_annotations.coco.json", ["결함 1.JPG", "b.bmp"], ["결함 1.JPG"])
    data = read_dataset(root)
    assert (len(data.defects), len(data.normals), len(data.test)) == (2, 2, 2)


def test_one_flat_folder_is_all_training(tmp_path: Path, png) -> None:
    for name in ("a.png", "b.png", "unlisted.png"):
        png(tmp_path / "d" / "images" / name)
    annotations(tmp_path / "d/labels.json", ["a.png", "b.png"], ["a.png"])
    data = read_dataset(tmp_path / "d")
    assert (len(data.train), data.test, data.split) == (2, (), True)
    assert "1 images are in no COCO file" in data.notes[0]


def test_faults_are_named(coco: Path) -> None:
    file = coco / "annotations/instances_train2017.json"
    twice = annotations(coco / "annotations/instances_more.json", ["../train2017/000000000000.jpg"], [])
    twice.write_text(file.read_text())
    with pytest.raises(DataError, match=r"instances_more\.json: no image 000000000000\.jpg"):
        read_dataset(coco)
    twice.unlink()
    annotations(file, ["000000000000.jpg", "000000000000.jpg"], [])
    with pytest.raises(DataError, match=r"000000000000\.jpg is listed twice"):
        read_dataset(coco)
    annotations(file, [], [])
    annotations(coco / "annotations/instances_test2017.json", [], [])
    with pytest.raises(DataError, match="lists no image"):
        read_dataset(coco)
    for path in coco.rglob("*.json"):
        path.unlink()
    with pytest.raises(DataError, match="no COCO file"):
        read_dataset(coco, "coco")


def test_formats_that_are_not_read(coco: Path) -> None:
    (coco / "train2017/a.webp").write_bytes(b"RIFF")
    annotations(coco / "annotations/instances_train2017.json", ["a.webp"], [])
    with pytest.raises(DataError, match=r"a\.webp: gyeol reads PNG"):
        read_dataset(coco)
