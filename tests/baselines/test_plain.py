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


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "BATCH", 9)


def test_it_learns_what_is_plain_to_see(dataset: Dataset, small_batches: None):
    lines: list[str] = []
    classifier = PlainClassifier(epochs=12, size=32).fit(dataset, say=lines.append)
    truth = [int(image.defective) for image in dataset.train]
    paths = [image.path for image in dataset.train]
    assert classifier.predict(paths).tolist() == truth
    scores = classifier.score_samples(paths)
    assert scores.shape == (20,)
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert len(classifier.record_["epochs"]) == len(lines) == 12
    assert classifier.record_["steps"] == 24
    assert (classifier.record_["defects"], classifier.record_["normals"]) == (6, 14)
    assert classifier.score_samples([]).shape == (0,)


def test_same_seed_same_model_and_files_score_like_arrays(dataset: Dataset, small_batches: None):
    paths = [image.path for image in dataset.train]
    first = PlainClassifier(epochs=1, size=32, seed=3).fit(dataset).score_samples(paths)
    second = PlainClassifier(epochs=1, size=32, seed=3).fit(dataset)
    np.testing.assert_array_equal(first, second.score_samples(paths))
    arrays = [read_image(path) for path in paths]
    np.testing.assert_array_equal(first, second.score_samples(arrays))


def test_minutes_end_the_training(dataset: Dataset):
    record = PlainClassifier(size=32, minutes=1e-4).fit(dataset).record_
    assert record["steps"] == 1


def test_a_folder_will_do(competition: Path):
    scores = (
        PlainClassifier(epochs=1, size=32)
        .fit(competition)
        .score_samples(sorted((competition / "test/images").iterdir()))
    )
    assert scores.shape == (3,)


@pytest.mark.parametrize(("defective", "word"), [(True, "normals"), (False, "defects")])
def test_one_class_is_refused(dataset: Dataset, defective: bool, word: str):
    part = tuple(image for image in dataset.train if image.defective == defective)
    with pytest.raises(DataError, match=f"no {word} to learn from"):
        PlainClassifier().fit(Dataset(dataset.root, part))


def test_no_data_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="no defects"):
        PlainClassifier().fit(Dataset(tmp_path, ()))
    with pytest.raises(DataError, match="no such folder"):
        PlainClassifier().fit(tmp_path / "nothing")
    with pytest.raises(ModelError, match="call fit"):
        PlainClassifier().predict([tmp_path / "a.png"])


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
