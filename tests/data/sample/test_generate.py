"""The folder: its layout, its determinism, and what happens when it cannot be written."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.data.sample import SCALES, Scale, generate
from gyeol.data.sample.generate import _write_chunk
from gyeol.errors import OutputError

FEW = Scale(kinds=3, normals=17, defects=3, test=16, test_defects=5)


def digests(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(f.relative_to(root)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample") / "tiny"
    generate(root, SCALES["tiny"], seed=3)
    return root


def test_the_tiny_scale_has_the_layout_and_the_counts(tiny: Path) -> None:
    counts = {str(d.relative_to(tiny)): len(list(d.glob("*.png"))) for d in tiny.rglob("*") if d.is_dir()}
    assert counts == {
        "key": 0,
        "key/masks": 14,
        "test": 0,
        "test/images": 60,
        "train": 0,
        "train/defect_images": 8,
        "train/defect_masks": 8,
        "train/normal_images": 80,
    }
    tables = ["key/answers.csv", "key/sample.json", "key/train_kinds.csv", "test/sample_submission.csv"]
    assert sorted(str(f.relative_to(tiny)) for f in tiny.rglob("*.[cj]s*")) == tables
    assert {f.stat().st_mode & 0o777 for f in tiny.rglob("*.png")} == {0o644}


def test_every_picture_is_grey_512_and_carries_no_metadata(tiny: Path) -> None:
    for path in tiny.rglob("*.png"):
        with Image.open(path) as image:
            image.load()
            assert (image.mode, image.size, image.info) == ("L", (512, 512), {})


def test_the_sample_submission_lists_every_test_image_with_0(tiny: Path) -> None:
    table = rows(tiny / "test/sample_submission.csv")
    assert [row["ImageId"] for row in table] == sorted(p.name for p in (tiny / "test/images").iterdir())
    assert {row["answer"] for row in table} == {"0"}


def test_the_key_agrees_with_the_images(tiny: Path) -> None:
    answers = rows(tiny / "key/answers.csv")
    about = json.loads((tiny / "key/sample.json").read_text())
    assert {row["ImageId"] for row in answers if row["answer"] == "1"} == {
        path.name for path in (tiny / "key/masks").iterdir()
    }
    assert {row["kind"] for row in answers} == set(about["kinds"])
    assert (about["seed"], about["scale"]["kinds"]) == (3, 4)
    train = rows(tiny / "key/train_kinds.csv")
    assert len(train) == 88
    defects = [row["kind"] for row in train if row["ImageId"].startswith("defect")]
    assert sorted(defects) == sorted(2 * list(about["kinds"]))


def test_masks_are_0_and_255_and_training_masks_share_the_image_names(tiny: Path) -> None:
    names = {path.name for path in (tiny / "train/defect_images").iterdir()}
    assert names == {path.name for path in (tiny / "train/defect_masks").iterdir()}
    for folder in ("train/defect_masks", "key/masks"):
        for path in (tiny / folder).iterdir():
            assert set(np.unique(np.asarray(Image.open(path)))) == {0, 255}


def test_names_and_order_tell_nothing_of_the_answer() -> None:
    from gyeol.data.sample.plan import draw_plan

    test = [item for item in draw_plan(0, SCALES["full"]) if item.split == 2]
    place = np.arange(len(test))
    for label in (np.array([i.defective for i in test], float), np.array([i.kind for i in test], float)):
        assert abs(np.corrcoef(place, label)[0, 1]) < 0.04
    assert sum(item.defective for item in test) == 2100
    per_kind = np.bincount([i.kind for i in test if i.defective])
    assert per_kind.tolist() == [210] * 10


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    done: list[int] = []
    generate(tmp_path / "one", FEW, seed=5, workers=1, progress=done.append)
    generate(tmp_path / "two", FEW, seed=5, workers=2)
    generate(tmp_path / "other", FEW, seed=6, workers=1)
    first, second, other = (digests(tmp_path / name) for name in ("one", "two", "other"))
    assert first == second
    assert sum(done) == 36
    images = [name for name in first if name.startswith("test/images")]
    assert not {first[name] for name in images} & {other[name] for name in images if name in other}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        generate(tmp_path, FEW, seed=0, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_the_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="it is a file"):
        generate(tmp_path / "file", FEW, seed=0, workers=1)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_is_left_when_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def write(folder: Path, seed: int, items: list) -> int:  # type: ignore[type-arg]
        _write_chunk(folder, seed, items[:1])
        raise error

    monkeypatch.setitem(generate.__globals__, "_write_chunk", write)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        generate(tmp_path / "data", FEW, seed=0, workers=1)
    assert list(tmp_path.iterdir()) == []
