from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gyeol.baselines import plain
from gyeol.baselines.plain import PlainClassifier, flipped, split
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import read_image
from gyeol.errors import DataError, ModelError


@pytest.fixture
def dataset(tmp_path: Path, png) -> Dataset:
    """Bright defects and dark normals, of different sizes."""
    rng = np.random.default_rng(0)
    images = []
    for number in range(20):
        defective = number < 6
        noise = rng.integers(0, 60, (64 + number % 3, 70), dtype=np.uint8)
        path = png(tmp_path / f"{number:02d}.png", noise + np.uint8(150 * defective))
        images.append(LabelledImage(path, defective))
    return Dataset(tmp_path, tuple(images))


def scores_of(classifier: PlainClassifier, dataset: Dataset) -> list[float]:
    return [classifier.score(read_image(image.path)).score for image in dataset.train]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "BATCH", 9)


def test_it_learns_what_is_plain_to_see(dataset: Dataset, small_batches: None):
    lines: list[str] = []
    classifier = PlainClassifier(epochs=12, size=32)
    held_out = classifier.fit(dataset, say=lines.append)
    assert held_out.threshold == 0
    assert held_out.defects.min() > 0 > held_out.normals.max()
    scores = scores_of(classifier, dataset)
    assert [score > 0 for score in scores] == [image.defective for image in dataset.train]
    assert len(classifier.record_["epochs"]) == len(lines) == 12
    assert classifier.record_["steps"] == 24
    assert (classifier.record_["defects"], classifier.record_["normals"]) == (6, 14)


def test_same_seed_same_model(dataset: Dataset, small_batches: None):
    first, second = (PlainClassifier(epochs=1, size=32, seed=3) for _ in range(2))
    first.fit(dataset)
    second.fit(dataset)
    assert scores_of(first, dataset) == scores_of(second, dataset)


def test_minutes_end_the_training(dataset: Dataset):
    classifier = PlainClassifier(size=32, minutes=1e-4)
    classifier.fit(dataset)
    assert classifier.record_["steps"] == 1


@pytest.mark.parametrize(("defective", "word"), [(True, "normals"), (False, "defects")])
def test_one_class_is_refused(dataset: Dataset, defective: bool, word: str):
    part = tuple(image for image in dataset.train if image.defective == defective)
    with pytest.raises(DataError, match=f"0 {word}"):
        PlainClassifier().fit(Dataset(dataset.root, part))


def test_a_damaged_image_is_named(dataset: Dataset):
    dataset.train[5].path.write_bytes(b"")
    with pytest.raises(DataError, match=r"05\.png"):
        PlainClassifier(size=32).fit(dataset)


@pytest.mark.parametrize("bad", [{"epochs": 0}, {"size": 16}, {"minutes": 0.0}, {"seed": -1}])
def test_settings_out_of_range_are_refused(bad: dict):
    with pytest.raises(ModelError, match=next(iter(bad))):
        PlainClassifier(**bad)


def test_split_is_stratified():
    labels = np.array([1] * 30 + [0] * 970)
    learnt, held = split(labels, 0)
    assert (labels[held].sum(), len(held)) == (3, 100)
    assert sorted([*learnt, *held]) == list(range(1000))
    assert split(np.array([1, 0, 0]), 0)[1].tolist() in ([1], [2])  # a single defect is learnt from


def test_flips():
    picture = np.arange(6, dtype=np.uint8).reshape(1, 2, 3).repeat(4, 0)
    out = flipped(picture, np.array([[0, 1, 0, 1], [0, 0, 1, 1]], bool))
    assert out[:, 0, 0].tolist() == [0, 3, 2, 5]
