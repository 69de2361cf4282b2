"""The reference entry's recipe: every defect turned by ten degrees and mirrored, a network that learnt ImageNet.

Thirty defects become 3,240 pictures (36 angles; as it is, upside down, mirrored) and the network is fine-tuned with
AdamW and binary cross-entropy on whole images. The point of this row is its validation: split among the pictures,
copies of one defect lie on both sides and it reads 1.0; split by defect, it tells the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gyeol.baselines.efficientnet import EfficientNetLite0, imagenet, normalise
from gyeol.baselines.images import Pixels, read_small, small
from gyeol.baselines.training import restore, train_for, weights
from gyeol.data.dataset import Dataset
from gyeol.detect.device import autocast, pick_device
from gyeol.errors import DataError, ModelError
from gyeol.metrics.classification import macro_f1
from gyeol.plugins import DetectorPlugin, HeldOut, Scored

ANGLES, MIRRORS = 36, 3
BATCH = 32
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 1e-2
VALIDATION = 0.2


class RotatedDefects(DetectorPlugin):
    """EfficientNet-Lite0 with ImageNet weights on turned and mirrored copies of the defects; scores are log-odds.

    Parameters
    ----------
    seed : int
    minutes : float
        Training time.
    size : int
        Side in pixels that images are resized to.
    """

    title = "rotated defects, split by defect"
    external_data = True
    leaky = False
    """Whether copies of one defect may lie on both sides of the validation's split, as in the reference entry."""
    net_: EfficientNetLite0

    def __init__(self, *, seed: int = 0, minutes: float = 5.0, size: int = 224) -> None:
        if not minutes > 0:
            raise ModelError(f"minutes is {minutes}; it must be above 0")
        self.seed, self.minutes, self.size = seed, minutes, size
        self.device = pick_device()

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HeldOut:
        """Learn from both classes; masks are not looked at.

        Raises
        ------
        DataError
            If there are fewer than two defects or two normals, or an image cannot be read.
        """
        parts = [
            [image.path for image in dataset.train if image.defective is wanted] for wanted in (True, False)
        ]
        if min(map(len, parts)) < 2:
            raise DataError(
                f"{dataset.root}: {len(parts[0])} defects and {len(parts[1])} normals; two of each are needed"
            )
        defects, normals = (read_small(paths, self.size) for paths in parts)
        learnt, held_out = self._split(len(defects), len(normals))
        torch.manual_seed(self.seed)
        self.net_ = imagenet(classes=1).to(self.device)
        self._train(defects, normals, learnt, say)
        self.net_.eval()
        odds, truth = self._log_odds(pictures(defects, normals, held_out)), held_out[:, 0] >= 0
        kind = "leaky" if self.leaky else "leak-free"
        say(f"the {kind} validation reads Macro F1 {macro_f1(truth, (odds > 0).astype(np.int64)):.4f}")
        return HeldOut(odds[~truth], odds[truth], threshold=0.0)

    def _split(self, defects: int, normals: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """List what is learnt from and what is held out, a row each: defect (or -1), copy (or normal)."""
        rng = np.random.default_rng([self.seed, 5])
        copies = ANGLES * MIRRORS
        made = np.stack(np.meshgrid(np.arange(defects), np.arange(copies), indexing="ij"), -1).reshape(-1, 2)
        if self.leaky:
            held = rng.random(len(made)) < VALIDATION
        else:
            count = max(1, round(VALIDATION * defects))
            held = np.isin(made[:, 0], rng.permutation(defects)[:count])
        good = np.stack([np.full(normals, -1), np.arange(normals)], -1)
        kept_out = rng.permutation(normals) < max(1, round(VALIDATION * normals))
        return (
            np.concatenate([made[~held], good[~kept_out]]).astype(np.int64),
            np.concatenate([made[held], good[kept_out]]).astype(np.int64),
        )

    def _train(
        self, defects: Pixels, normals: Pixels, learnt: NDArray[np.int64], say: Callable[[str], None]
    ) -> None:
        rng = np.random.default_rng([self.seed, 6])

        def loss() -> Tensor:
            rows = learnt[rng.choice(len(learnt), BATCH)]
            truth = torch.from_numpy((rows[:, 0] >= 0).astype(np.float32)).to(self.device)
            with autocast(self.device, "auto"):
                logits = self.net_(self._input(pictures(defects, normals, rows)))
            return F.binary_cross_entropy_with_logits(logits[:, 0].float(), truth)

        steps, smooth = train_for(self.net_, self.minutes, LEARNING_RATE, WEIGHT_DECAY, loss)
        say(f"{steps:,} steps of {BATCH} pictures, loss {smooth:.3f}")

    @torch.inference_mode()
    def score(self, pixels: Pixels) -> Scored:
        """Score an image by the log-odds that it is defective, and its places by what they contribute."""
        with autocast(self.device, "auto"):
            logits = self.net_.places(self._input(small(pixels, self.size)[None]))
        odds = logits[0, 0].float().cpu().numpy()
        return Scored(float(odds.mean(dtype=np.float64)), odds)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the network and the size of its images."""
        return {**weights(self.net_), "size": np.array(self.size)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make one from its network."""
        made = cls(size=int(arrays["size"]))
        made.net_ = restore(EfficientNetLite0(classes=1), {n: a for n, a in arrays.items() if n != "size"})
        return made

    @torch.inference_mode()
    def _log_odds(self, pixels: Pixels) -> NDArray[np.float64]:
        """Score small images (N, size, size)."""
        odds = []
        for first in range(0, len(pixels), BATCH):
            with autocast(self.device, "auto"):
                logits = self.net_(self._input(pixels[first : first + BATCH]))
            odds.append(logits[:, 0].double().cpu().numpy())
        return np.concatenate(odds)

    def _input(self, pixels: Pixels) -> Tensor:
        return normalise(torch.from_numpy(pixels).to(self.device))


class LeakyRotatedDefects(RotatedDefects):
    """The same, validated as the reference entry was: on copies of what it learns from."""

    title = "rotated defects, leaky split"
    leaky = True


def pictures(defects: Pixels, normals: Pixels, rows: NDArray[np.int64]) -> Pixels:
    """Make the pictures that rows (N, 2) of a split name: (N, S, S) uint8."""
    made = [turned(defects[one], int(copy)) if one >= 0 else normals[copy] for one, copy in rows]
    return np.stack(made)


def turned(pixels: Pixels, copy: int) -> Pixels:
    """Make one of the copies of a defect (S, S); the corners are filled by mirroring, not with black."""
    angle, mirror = 360 / ANGLES * (copy % ANGLES), copy // ANGLES
    if mirror:
        pixels = np.ascontiguousarray(pixels[::-1] if mirror == 1 else pixels[:, ::-1])
    middle = (pixels.shape[1] - 1) / 2, (pixels.shape[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D(middle, angle, 1.0)
    made = cv2.warpAffine(pixels, matrix, pixels.shape[::-1], borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(made, np.uint8)
