"""A memory of good patches and the distance to the nearest of them: PatchCore's method (Roth et al. 2022).

The features come from a network that learnt ImageNet, so that this detector uses data from outside the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gyeol.baselines.efficientnet import imagenet, normalise
from gyeol.baselines.images import Picture, Pixels, in_batches
from gyeol.baselines.one_class import split_normals, threshold_for
from gyeol.baselines.training import weight_bytes
from gyeol.data.dataset import Dataset
from gyeol.detect.device import autocast, pick_device

BATCH = 16
STAGES = (2, 4)
"""Stages whose features are taken: output strides 8 and 16, the middle of the network as in the paper."""
PROJECTED = 128
"""Dimensions in which patches are compared when the memory is thinned out (Johnson & Lindenstrauss 1984)."""
POOL = 60_000
"""Patches that the memory is chosen from."""


class PatchMemory:
    """PatchCore on EfficientNet-Lite0.

    Parameters
    ----------
    seed : int
    size : int
        Side in pixels that images are resized to.
    memory : int
        Patches that are kept.

    Attributes
    ----------
    threshold_ : float
    memory_ : (memory, D) float32 tensor
    """

    threshold_: float
    memory_: Tensor

    def __init__(self, seed: int = 0, size: int = 320, memory: int = 4096) -> None:
        self.seed, self.size, self.memory = seed, size, memory
        self.device = pick_device()

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> PatchMemory:
        """Remember patches of the normals; the defects set the threshold.

        Raises
        ------
        ModelError
            If the ImageNet weights are not installed.
        DataError
            If there are no defects, fewer than two normals, or an image cannot be read.
        """
        self._net = imagenet().eval().requires_grad_(False).to(self.device)
        learnt, held_out = split_normals(dataset, self.seed)
        rng = np.random.default_rng([self.seed, 4])
        each = max(1, POOL // len(learnt))
        kept: list[Tensor] = []
        for pixels in in_batches(learnt, self.size, BATCH):
            for patches in self._patches(pixels):
                places = rng.choice(len(patches), min(each, len(patches)), replace=False)
                kept.append(patches[torch.from_numpy(np.sort(places))])
        pool = torch.cat(kept)
        say(
            f"{len(pool):,} patches of {len(learnt):,} normals, thinned out to {min(self.memory, len(pool)):,}"
        )
        self.memory_ = pool[spread_out(pool, self.memory, self.seed)]
        self.threshold_ = threshold_for(self.score_samples, dataset, held_out)
        return self

    @torch.inference_mode()
    def score_samples(self, images: Iterable[Picture]) -> NDArray[np.float64]:
        """Score images (N,): the largest distance of a patch to the memory."""
        scores = [
            float(torch.cdist(patches, self.memory_).min(1).values.max())
            for pixels in in_batches(images, self.size, BATCH)
            for patches in self._patches(pixels)
        ]
        return np.array(scores, np.float64)

    @property
    def nbytes(self) -> int:
        """Bytes of the network and of what is remembered."""
        return weight_bytes(self._net) + self.memory_.numel() * self.memory_.element_size()

    @torch.inference_mode()
    def _patches(self, pixels: Pixels) -> Tensor:
        """Describe the patches of images (B, S, S): (B, S/8 * S/8, D)."""
        with autocast(self.device, "auto"):
            stages = self._net.stages(normalise(torch.from_numpy(pixels).to(self.device)))
        fine, coarse = (F.avg_pool2d(stages[number].float(), 3, 1, 1) for number in STAGES)
        coarse = F.interpolate(coarse, fine.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([fine, coarse], 1).flatten(2).transpose(1, 2)


@torch.inference_mode()
def spread_out(patches: Tensor, count: int, seed: int) -> Tensor:
    """Choose patches (N, D) that cover all: each next one is the furthest from those chosen (greedy k-centre).

    Returns
    -------
    (min(count, N),) int64 tensor
    """
    if len(patches) <= count:
        return torch.arange(len(patches))
    random = torch.Generator().manual_seed(seed)
    plane = torch.randn(patches.shape[1], min(PROJECTED, patches.shape[1]), generator=random)
    points = patches.cpu() @ (plane / plane.shape[1] ** 0.5)
    square = (points**2).sum(1)
    chosen = [int(torch.randint(len(points), (1,), generator=random))]
    nearest = torch.full((len(points),), torch.inf)
    while len(chosen) < count:
        last = chosen[-1]
        nearest = torch.minimum(nearest, square - 2 * points @ points[last] + square[last])
        chosen.append(int(nearest.argmax()))
    return torch.tensor(chosen)
