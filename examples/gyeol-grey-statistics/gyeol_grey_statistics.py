"""A detector for gyeol: grey statistics of cells, and a logistic regression between defective and good ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from gyeol.data.annotation import read_marked
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import read_image
from gyeol.plugins import HeldOut, Scored
from gyeol.plugins.split import fold_defects, split_normals

CELL = 16
"""Side in pixels of the places that are judged."""
MOST = 300
"""Normals that are learnt from: more teach two weights a feature nothing new."""


class GreyStatistics:
    """Finds cells that are darker, brighter, rougher or of other contrast than the rest of their image."""

    title = "grey statistics"
    external_data = False

    def __init__(self, *, seed: int, minutes: float) -> None:
        self.seed = seed  # seconds are enough for it, so the minutes are not needed

    def fit(self, dataset: Dataset, *, say: Callable[[str], None]) -> HeldOut:
        """Learn from cells inside the masks and cells of normals."""
        learnt, held_out = split_normals(dataset, self.seed)
        learnt = learnt[:: -(-len(learnt) // MOST)]
        good = np.concatenate([features(read_image(path)).reshape(-1, 5) for path in learnt])
        bad = {image.path: marked(image) for image in dataset.defects}
        scores: list[float] = []
        for others, own in fold_defects(dataset, 3, self.seed):
            self._learn(good, np.concatenate([bad[path] for path in others]))
            scores += [self.score(read_image(path)).score for path in own]
        self._learn(good, np.concatenate(list(bad.values())))
        say(f"{len(good):,} cells of {len(learnt):,} normals, {sum(map(len, bad.values())):,} of defects")
        return HeldOut(np.array([self.score(read_image(p)).score for p in held_out]), np.array(scores))

    def _learn(self, good: NDArray[np.float64], bad: NDArray[np.float64]) -> None:
        cells = np.concatenate([good, bad])
        labels = np.arange(len(cells)) >= len(good)
        self._scale = cells.std(0) + 1e-9
        model = LogisticRegression(class_weight="balanced", max_iter=500).fit(cells / self._scale, labels)
        self._weights = np.append(model.coef_[0] / self._scale, model.intercept_)

    def score(self, pixels: NDArray[np.uint8]) -> Scored:
        """Score an image by its worst cell."""
        odds = features(pixels) @ self._weights[:-1] + self._weights[-1]
        return Scored(float(odds.max()), odds)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the weights."""
        return {"weights": self._weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> GreyStatistics:
        """Take the weights back."""
        made = cls(seed=0, minutes=1)
        made._weights = arrays["weights"]
        return made


def features(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Describe the cells of an image (H, W) beside the image's usual cell: (H // 16, W // 16, 5)."""
    height, width = (length // CELL for length in pixels.shape)
    cells = pixels[: height * CELL, : width * CELL].reshape(height, CELL, width, CELL).astype(np.float64)
    mean, spread = cells.mean((1, 3)), cells.std((1, 3))
    rough = np.abs(np.diff(cells, axis=3)).mean((1, 3)) + np.abs(np.diff(cells, axis=1)).mean((1, 3))
    every = np.stack([mean, spread, rough], -1)
    usual = np.median(every, (0, 1))
    apart = (every - usual) / (np.median(np.abs(every - usual), (0, 1)) + 1.0)
    return np.concatenate([np.abs(apart), np.minimum(apart[..., 1:], 0)], -1)


def marked(image: LabelledImage) -> NDArray[np.float64]:
    """Give the features of the cells that the mask of a defect covers; of all, where there is no mask: (N, 5)."""
    pixels = read_image(image.path)
    found = features(pixels)
    if image.mask is None:
        return found.reshape(-1, 5)
    height, width = found.shape[:2]
    inside = read_marked(image.mask, pixels.shape, image.path)[: height * CELL, : width * CELL]
    share = inside.reshape(height, CELL, width, CELL).mean((1, 3))
    covered: NDArray[np.float64] = found[share >= min(0.5, float(share.max()))]
    return covered
