from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.errors import DataError
from gyeol.plugins.split import HELD_OUT_MOST, fold_defects, split_normals


def test_normals_are_on_one_side_or_the_other() -> None:
    paths = [Path(f"{number}.png") for number in range(3000)]
    for count, held in ((2, 1), (20, 3), (3000, HELD_OUT_MOST)):
        dataset = Dataset(Path(), tuple(LabelledImage(path, False) for path in paths[:count]))
        learnt, held_out = split_normals(dataset, 0)
        assert sorted([*learnt, *held_out]) == sorted(paths[:count])
        assert len(held_out) == held
        assert split_normals(dataset, 0) == (learnt, held_out)
    with pytest.raises(DataError, match="1 normals"):
        split_normals(Dataset(Path(), (LabelledImage(paths[0], False),)), 0)


def test_copies_of_a_defect_are_never_on_both_sides(tmp_path: Path, png) -> None:
    rng = np.random.default_rng(0)
    images, source = [], {}
    for number in range(5):
        pixels = rng.integers(0, 255, (128, 128), dtype=np.uint8)
        for turn in range(2):
            path = png(tmp_path / f"{number}_{turn}.png", np.rot90(pixels, turn))
            source[path] = number
            images.append(LabelledImage(path, True))
    dataset = Dataset(tmp_path, tuple(images))
    folds = fold_defects(dataset, 3, 0)
    assert len(folds) == 3
    assert sorted(path for _, held in folds for path in held) == sorted(source)
    for learnt, held in folds:
        assert sorted([*learnt, *held]) == sorted(source)
        assert not {source[path] for path in learnt} & {source[path] for path in held}
    with pytest.raises(DataError, match="2 defect images show 1 piece"):
        fold_defects(Dataset(tmp_path, tuple(images[:2])), 3, 0)
