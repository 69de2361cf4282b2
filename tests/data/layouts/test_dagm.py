from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gyeol.data.layouts import read_dataset
from gyeol.data.names import test_rows as rows_of
from gyeol.errors import DataError


def names(images: object) -> list[str]:
    return [f"{image.kind}/{image.path.name}" for image in images]  # type: ignore[attr-defined]


def test_train_is_training_and_test_has_its_key(dagm: Path) -> None:
    data = read_dataset(dagm)
    assert names(data.defects) == ["Class1/0003.PNG", "Class1/0004.PNG", "Class2/0003.PNG", "Class2/0004.PNG"]
    assert names(data.normals) == ["Class1/0001.PNG", "Class1/0002.PNG", "Class2/0001.PNG", "Class2/0002.PNG"]
    assert all(
        image.mask == image.path.parent / f"Label/{image.path.stem}_label.PNG" for image in data.defects
    )
    assert [image.path for image in data.key] == list(data.test)
    assert [image.defective for image in data.key] == [False, False, True, True] * 2
    assert [name for name, _ in rows_of(data)][:3] == ["Class1_0001", "Class1_0002", "Class1_0003"]


def test_one_class_alone_and_a_folder_that_unpacking_doubled(dagm: Path) -> None:
    assert len(read_dataset(dagm / "Class1").train) == 4
    (dagm / "Class2").rename(dagm / "inner")
    (dagm / "Class2").mkdir()
    (dagm / "inner").rename(dagm / "Class2/Class2")
    assert len(read_dataset(dagm).train) == 8


def test_masks_alone_or_the_table_alone_will_do(dagm: Path) -> None:
    for table in dagm.rglob("Labels.txt"):
        table.unlink()
    assert len(read_dataset(dagm).defects) == 4
    mask = dagm / "Class1/Train/Label/0003_label.PNG"
    mask.unlink()
    assert len(read_dataset(dagm).defects) == 3
    mask.with_name("Labels.txt").write_text("3\t1\t0003.PNG\t1\t0003_label.PNG\n")
    defects = read_dataset(dagm).defects
    assert (len(defects), defects[0].mask) == (4, None)


def test_names_in_lower_case(dagm: Path) -> None:
    (dagm / "Class1/Train").rename(dagm / "Class1/train")
    (dagm / "Class1/train/0001.PNG").rename(dagm / "Class1/train/0001.png")
    (dagm / "Class1").rename(dagm / "class1")
    assert len(read_dataset(dagm).train) == 8


def test_faults_are_named(dagm: Path) -> None:
    label = dagm / "Class1/Train/Label"
    table = (label / "Labels.txt").read_text()
    (label / "Labels.txt").write_text(table.replace("3\t1", "3\t0"))
    with pytest.raises(DataError, match=r"Labels\.txt: says that 0003 is normal, but it has the mask"):
        read_dataset(dagm)
    (label / "Labels.txt").write_text("1\n3 yes\n")
    with pytest.raises(DataError, match=r"Labels\.txt: line 2"):
        read_dataset(dagm)
    (label / "Labels.txt").write_text(table)
    (dagm / "Class1/Train/0003.PNG").unlink()
    with pytest.raises(DataError, match=r"0003_label\.PNG: a mask without an image"):
        read_dataset(dagm)
    shutil.rmtree(label)
    with pytest.raises(DataError, match="Label: no such folder"):
        read_dataset(dagm)


def test_an_empty_class_and_a_class_without_train(dagm: Path) -> None:
    (dagm / "Class3/Train/Label").mkdir(parents=True)
    with pytest.raises(DataError, match="Class3/Train: no images"):
        read_dataset(dagm)
    shutil.rmtree(dagm / "Class3/Train")
    with pytest.raises(DataError, match="Class3/Train: no such folder"):
        read_dataset(dagm)
    with pytest.raises(DataError, match="no folders Class1"):
        read_dataset(dagm.parent, "dagm")
