"""A memory of good patches and the distance to the nearest of them: PatchCore's method (Roth et al. 2022).

The features come from a network that learnt ImageNet, so that this detector uses data from outside the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gyeol.baselines.efficientnet import EfficientNetLite0, imagenet, normalise
from gyeol.baselines.images import Pixels, in_batches, score_unlearnt, small
from gyeol.baselines.training import restore, weights
from gyeol.data.dataset import Dataset
from gyeol.detect.device import autocast, pick_device
from gyeol.plugins import DetectorPlugin, HeldOut, Scored
from gyeol.plugins.split import split_normals

BATCH = 16
STAGES = (2, 4)
"""Stages whose features are taken: output strides 8 and 16, the middle of the network as in the paper."""
PROJECTED = 128
"""Dimensions in which patches are compared when the memory is thinned out (Johnson & Lindenstrauss 1984)."""
POOL = 60_000
"""Patches that the memory is chosen from."""


class PatchMemory(DetectorPlugin):
    """PatchCore on EfficientNet-Lite0.

    Parameters
    ----------
    seed : int
    minutes : float
        Not used: it takes what it takes.
    size : int
        Side in pixels that images are resized to.
    memory : int
        Patches that are kept.

    Attributes
    ----------
    memory_ : (memory, D) float32 tensor
    """

    title = "patch memory"
    external_data = True
    memory_: Tensor
    _net: EfficientNetLite0

    def __init__(self, *, seed: int = 0, minutes: float = 5.0, size: int = 320, memory: int = 4096) -> None:
        self.seed, self.size, self.memory = seed, size, memory
        self.device = pick_device()

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HeldOut:
        """Remember patches of the normals.

        Raises
        ------
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
        return score_unlearnt(self.score, dataset, held_out)

    @torch.inference_mode()
    def score(self, pixels: Pixels) -> Scored:
        """Score an image by the largest distance of a patch to the memory."""
        (patches,) = self._patches(small(pixels, self.size)[None])
        distances = torch.cdist(patches, self.memory_).min(1).values.cpu().numpy()
        return Scored(float(distances.max()), distances.reshape(-(-self.size // 8), -1))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the network, what is remembered, and the size of the images."""
        return {**weights(self._net), "memory": self.memory_.cpu().numpy(), "size": np.array(self.size)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PatchMemory:
        """Make one from network and memory."""
        made = cls(size=int(arrays["size"]))
        made.memory_ = torch.from_numpy(np.array(arrays["memory"])).to(made.device)
        own = ("memory", "size")
        made._net = restore(EfficientNetLite0(), {n: a for n, a in arrays.items() if n not in own})
        return made

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
