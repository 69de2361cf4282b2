"""What every detector that is compared must do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from gyeol.baselines.autoencoder import Autoencoder
from gyeol.baselines.filter_bank import FilterBank, cell_energies
from gyeol.baselines.patch_memory import PatchMemory, spread_out
from gyeol.baselines.plain import PlainClassifier
from gyeol.baselines.rotated import ANGLES, MIRRORS, LeakyRotatedDefects, RotatedDefects, turned
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import read_image
from gyeol.errors import DataError
from gyeol.plugins import DetectorPlugin, HeldOut


def texture(seed: int, shape: tuple[int, int]) -> np.ndarray:
    """Draw a smooth surface."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1.5)
    return np.clip(128 + 25 * noise / noise.std(), 0, 255).astype(np.uint8)


MAKE = {
    "autoencoder": lambda: Autoencoder(minutes=0.02),
    "filter bank": FilterBank,
    "patch memory": lambda: PatchMemory(size=96, memory=64),
    "plain": lambda: PlainClassifier(epochs=1, size=64),
    "rotated": lambda: RotatedDefects(minutes=0.02, size=64),
}
ONE_CLASS = ["autoencoder", "filter bank", "patch memory"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rivals")


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    """Smooth surfaces; the defects have a patch of checkers."""
    images = []
    for number in range(24):
        pixels = texture(number, shape=(96, 112)).copy()
        if defective := number < 6:
            pixels[30:62, 40:80] = np.where(np.indices((32, 40)).sum(0) % 2, 255, 0)
        path = folder / f"{number:02d}.png"
        Image.fromarray(pixels).save(path)
        images.append(LabelledImage(path, defective))
    return Dataset(folder, tuple(images))


Fitted = tuple[str, DetectorPlugin, HeldOut]


@pytest.fixture(scope="module", params=list(MAKE))
def fitted(request: pytest.FixtureRequest, dataset: Dataset) -> Fitted:
    made = MAKE[request.param]()
    return request.param, made, made.fit(dataset)


def pixels_of(dataset: Dataset) -> list[np.ndarray]:
    return [read_image(image.path) for image in dataset.train]


def test_scores_and_heat_maps_are_finite(fitted: Fitted, dataset: Dataset) -> None:
    _, rival, held_out = fitted
    for scores in (held_out.normals, held_out.defects):
        assert len(scores) > 0
        assert np.isfinite(scores).all()
    for pixels in pixels_of(dataset)[:8]:
        found = rival.score(pixels)
        assert np.isfinite(found.score)
        assert found.heat is not None
        assert found.heat.ndim == 2
        assert np.isfinite(found.heat).all()
        # The map is on the scale of the score: its highest or its mean place is the score itself.
        assert found.score == pytest.approx(found.heat.max()) or found.score == pytest.approx(
            found.heat.mean(), rel=1e-4, abs=1e-5
        )


def test_one_made_from_its_arrays_scores_the_same(fitted: Fitted, dataset: Dataset) -> None:
    _, rival, _ = fitted
    again = type(rival).from_arrays({name: np.array(a) for name, a in rival.to_arrays().items()})
    for pixels in pixels_of(dataset)[4:8]:
        one, other = rival.score(pixels), again.score(pixels)
        assert one.score == pytest.approx(other.score, rel=0.01, abs=0.01)
        np.testing.assert_allclose(one.heat, other.heat, rtol=0.02, atol=0.02)


def test_what_is_plainly_odd_scores_higher(fitted: Fitted, dataset: Dataset) -> None:
    name, rival, held_out = fitted
    if name in ONE_CLASS:
        scores = [rival.score(pixels) for pixels in pixels_of(dataset)]
        assert min(found.score for found in scores[:6]) > max(found.score for found in scores[6:])
        assert held_out.defects.min() > held_out.normals.max()
        for found in scores[:6]:  # the checkers are in rows 30 to 62 and columns 40 to 80 of 96 by 112
            row, column = np.divmod(int(found.heat.argmax()), found.heat.shape[1])
            assert 0.2 < (row + 0.5) / found.heat.shape[0] < 0.75
            assert 0.25 < (column + 0.5) / found.heat.shape[1] < 0.8


@pytest.mark.parametrize("name", ONE_CLASS)
def test_what_cannot_be_learnt_from_is_refused(name: str, dataset: Dataset) -> None:
    normals = tuple(image for image in dataset.train if not image.defective)
    with pytest.raises(DataError, match="no defects"):
        MAKE[name]().fit(Dataset(dataset.root, normals))
    with pytest.raises(DataError, match="normals"):
        MAKE[name]().fit(Dataset(dataset.root, dataset.train[:7]))


def test_the_leaky_split_has_copies_of_a_defect_on_both_sides_and_the_other_has_not() -> None:
    for leaky, made in ((True, LeakyRotatedDefects()), (False, RotatedDefects())):
        learnt, held_out = made._split(30, 100)
        sides = [set(rows[rows[:, 0] >= 0, 0].tolist()) for rows in (learnt, held_out)]
        assert bool(sides[0] & sides[1]) is leaky
        rows = {tuple(row) for row in np.concatenate([learnt, held_out]).tolist()}
        assert len(rows) == 30 * ANGLES * MIRRORS + 100 == len(learnt) + len(held_out)


def test_the_copies_of_a_defect_are_turned_and_mirrored_without_black_corners() -> None:
    pixels = np.maximum(texture(0, shape=(64, 64)), 40)
    copies = [turned(pixels, number) for number in range(ANGLES * MIRRORS)]
    # Upside down is left to right turned by half: of the recipe's 108 pictures, 72 show something new.
    assert len({copy.tobytes() for copy in copies}) >= 72
    assert min(int(copy[:4, :4].min()) for copy in copies) > 20
    np.testing.assert_array_equal(copies[0], pixels)


def test_the_memory_covers_what_is_far_apart() -> None:
    import torch

    generator = torch.Generator().manual_seed(0)
    centres = 100 * torch.randn(8, 16, generator=generator)
    patches = centres.repeat_interleave(50, 0) + torch.randn(400, 16, generator=generator)
    chosen = spread_out(patches, 8, seed=0)
    assert sorted((chosen // 50).tolist()) == list(range(8))
    assert spread_out(patches, 1000, seed=0).tolist() == list(range(400))


@pytest.mark.parametrize("shape", [(8, 8), (64, 64), (100, 37)])
def test_any_size_has_cells(shape: tuple[int, int]) -> None:
    cells = cell_energies(np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8))
    assert np.isfinite(cells).all()
    assert len(cells) == max(1, shape[0] // 16) * max(1, shape[1] // 16)
