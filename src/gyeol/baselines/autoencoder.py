"""A convolutional autoencoder that learns to redraw good surfaces, and fails to redraw defects (Bergmann et al. 2019).

It learns from crops at full resolution and from scratch. An image is as defective as its worst redrawn place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gyeol.baselines.images import each, score_unlearnt
from gyeol.baselines.training import restore, train_for, weights
from gyeol.data.dataset import Dataset
from gyeol.detect.device import autocast, pick_device
from gyeol.detect.surfaces import Surface, crop, grey_statistics, normalise, random_corner
from gyeol.errors import ModelError
from gyeol.plugins import DetectorPlugin, HeldOut, Scored
from gyeol.plugins.split import split_normals

SIZE, BATCH = 128, 32
WIDTHS = (32, 64, 128)
BOTTLENECK = 16
"""Channels at stride 8: an eighth of what the pixels hold, too few to copy them."""
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2
MOST = 2000
"""Normals that are kept in memory to learn from."""
WORST = 16
"""Side in pixels over which the error is averaged before the worst place is taken."""


def _halve(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2))


def _double(inputs: int, outputs: int) -> nn.Sequential:
    made = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)
    return nn.Sequential(made, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2))


def _network() -> nn.Sequential:
    first, second, third = WIDTHS
    return nn.Sequential(
        _halve(1, first),
        _halve(first, second),
        _halve(second, third),
        nn.Conv2d(third, BOTTLENECK, 1),
        nn.Conv2d(BOTTLENECK, third, 1),
        _double(third, second),
        _double(second, first),
        nn.ConvTranspose2d(first, 1, 4, 2, 1),
    )


class Autoencoder(DetectorPlugin):
    """Reconstruction error, in squared grey deviations.

    Parameters
    ----------
    seed : int
    minutes : float
        Training time.
    """

    title = "autoencoder"
    external_data = False
    net_: nn.Module

    def __init__(self, *, seed: int = 0, minutes: float = 5.0) -> None:
        if not minutes > 0:
            raise ModelError(f"minutes is {minutes}; it must be above 0")
        self.seed, self.minutes = seed, minutes
        self.device = pick_device()

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HeldOut:
        """Learn from the normals.

        Raises
        ------
        DataError
            If there are no defects, fewer than two normals, or an image cannot be read.
        """
        learnt, held_out = split_normals(dataset, self.seed)
        surfaces = list(each(learnt[:MOST], Surface))
        torch.manual_seed(self.seed)
        self.net_ = _network().to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._train(surfaces, say)
        self.net_.eval()
        return score_unlearnt(self.score, dataset, held_out)

    def _train(self, surfaces: list[Surface], say: Callable[[str], None]) -> None:
        rng = np.random.default_rng([self.seed, 7])

        def loss() -> Tensor:
            chosen = [surfaces[int(number)] for number in rng.integers(len(surfaces), size=BATCH)]
            crops = [crop(each, *random_corner(each, SIZE, rng), SIZE)[0] for each in chosen]
            x = torch.from_numpy(np.stack(crops)[:, None]).to(self.device)
            with autocast(self.device, "auto"):
                redrawn = self.net_(x)
            return F.mse_loss(redrawn.float(), x)

        steps, smooth = train_for(self.net_, self.minutes, LEARNING_RATE, WEIGHT_DECAY, loss)
        say(f"{steps:,} steps of {BATCH} crops, error {smooth:.3f}")

    @torch.inference_mode()
    def score(self, pixels: NDArray[np.uint8]) -> Scored:
        """Score an image by the largest mean squared error of any place."""
        height, width = (max(8, length // 8 * 8) for length in pixels.shape)
        x = torch.from_numpy(normalise(pixels, *grey_statistics(pixels)))[None, None]
        x = F.pad(x, (0, max(0, width - x.shape[3]), 0, max(0, height - x.shape[2])), mode="replicate")
        x = x[..., :height, :width].to(self.device)
        with autocast(self.device, "auto"):
            redrawn: Tensor = self.net_(x)
        error = F.avg_pool2d((redrawn.float() - x) ** 2, min(WORST, height, width), WORST // 4)[0, 0].cpu()
        return Scored(float(error.max()), error.numpy())

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the network."""
        return weights(self.net_)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Autoencoder:
        """Make one from its network."""
        made = cls()
        made.net_ = restore(_network(), arrays)
        return made
