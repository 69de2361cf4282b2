"""The plain classifier: what one tries first, and what thirty defects among thousands of normals do to it.

ResNet-18-D on whole images made small, cross-entropy, every image once an epoch, answers by argmax. No
resampling, no class weights, no threshold: with one defect in two hundred, "normal" is nearly always right.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gyeol.baselines.images import Pixels, read_small, small
from gyeol.baselines.resnet import ResNet18D
from gyeol.baselines.training import restore, weights
from gyeol.data.dataset import Dataset
from gyeol.detect.device import autocast, pick_device
from gyeol.errors import DataError, ModelError
from gyeol.metrics.classification import macro_f1
from gyeol.plugins import DetectorPlugin, HeldOut, Scored

BATCH = 32
"""Images a step."""
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 0.05
"""Of AdamW; the rate falls to zero along a cosine."""
VALIDATION = 0.1
"""Share of either class that is not learnt from."""


class PlainClassifier(DetectorPlugin):
    """ResNet-18-D, trained plainly from scratch. Its scores are log-odds; its threshold is even odds.

    Parameters
    ----------
    seed : int
        Decides the first weights, the split, the order and the flips: with it and `epochs`, one machine
        makes the same model again.
    minutes : float, optional
        Train for so long; the learning rate follows the clock.
    epochs : int
        Times that every image is seen, where no minutes are given.
    size : int
        Side in pixels that images are resized to, whatever their shape; at least 32.

    Attributes
    ----------
    record_ : dict
        Counts, seconds, steps, and for each epoch the loss and the validation's Macro F1. The last epoch is
        kept, whatever these say.
    """

    title = "plain resnet18d"
    external_data = False
    net_: ResNet18D
    record_: dict[str, Any]

    def __init__(
        self, *, seed: int = 0, minutes: float | None = None, epochs: int = 3, size: int = 224
    ) -> None:
        if epochs < 1 or size < 32 or seed < 0 or (minutes is not None and not minutes > 0):
            raise ModelError(
                f"epochs={epochs}, size={size}, seed={seed}, minutes={minutes}: "
                "at least 1, 32, 0 and more than 0 are needed"
            )
        self.epochs, self.size, self.seed, self.minutes = epochs, size, seed, minutes
        self.device = pick_device()

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HeldOut:
        """Learn from a dataset; masks are not looked at.

        Raises
        ------
        DataError
            If there are fewer than two defects or two normals, or an image cannot be read.
        """
        labels = np.array([image.defective for image in dataset.train], np.int64)
        for label, what in ((1, "defects"), (0, "normals")):
            if (count := int((labels == label).sum())) < 2:
                raise DataError(
                    f"{dataset.root}: {count} {what}; two are needed, one to learn from and one to test with"
                )
        paths = [image.path for image in dataset.train]
        pixels = read_small(paths, self.size)
        self._mean, self._deviation = float(pixels.mean()), max(1.0, float(pixels[::7].std()))
        learnt, held_out = split(labels, self.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            net = ResNet18D()
        self.net_ = net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.record_ = {"defects": int(labels.sum()), "normals": int((labels == 0).sum()), "epochs": []}
        self._train(pixels, labels, learnt, held_out, say)
        self.net_.eval()
        odds, truth = self._log_odds(pixels[held_out]), labels[held_out] == 1
        return HeldOut(odds[~truth], odds[truth], threshold=0.0)

    @torch.inference_mode()
    def score(self, pixels: Pixels) -> Scored:
        """Score an image by the log-odds that it is defective, and its places by what they contribute."""
        with autocast(self.device, "auto"):
            logits = self.net_.places(self._tensor(small(pixels, self.size)[None]))
        odds = (logits[0, 1].float() - logits[0, 0].float()).cpu().numpy()
        return Scored(float(odds.mean(dtype=np.float64)), odds)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the network, and how images are made ready for it."""
        return {**weights(self.net_), "ready": np.array([self.size, self._mean, self._deviation])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PlainClassifier:
        """Make one from its network."""
        size, mean, deviation = arrays["ready"].tolist()
        made = cls(size=int(size))
        made._mean, made._deviation = mean, deviation
        made.net_ = restore(ResNet18D(), {n: a for n, a in arrays.items() if n != "ready"})
        return made

    # ---- training ----------------------------------------------------------------------------------------

    def _train(
        self,
        pixels: Pixels,
        labels: NDArray[np.int64],
        learnt: NDArray[np.int64],
        held_out: NDArray[np.int64],
        say: Callable[[str], None],
    ) -> None:
        optimiser = torch.optim.AdamW(self.net_.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        # A last, smaller batch is left out: its batch statistics would be poor. Shuffling is fair to all.
        batches = max(1, len(learnt) // BATCH)
        began, steps, epoch, share = time.monotonic(), 0, 0, 0.0
        while share < 1:
            rng = np.random.default_rng([self.seed, 1, epoch])
            order = rng.permutation(learnt)
            losses = []
            for number in range(batches):
                rows = order[number * BATCH : (number + 1) * BATCH]
                flips = rng.random((2, len(rows))) < 0.5
                for group in optimiser.param_groups:
                    group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * share))
                losses.append(self._step(optimiser, flipped(pixels[rows], flips), labels[rows]))
                steps += 1
                share = steps / (self.epochs * batches)
                if self.minutes is not None:
                    share = (time.monotonic() - began) / (60 * self.minutes)
                if share >= 1:
                    break
            epoch += 1
            row = {"epoch": epoch, "loss": float(np.mean(losses)), **self._validate(pixels, labels, held_out)}
            self.record_["epochs"].append(row)
            say(", ".join(f"{name} {value:.4g}" for name, value in row.items()))
        self.record_ |= {"steps": steps, "seconds": round(time.monotonic() - began, 1)}

    def _step(self, optimiser: torch.optim.Optimizer, pixels: Pixels, labels: NDArray[np.int64]) -> float:
        self.net_.train()
        with autocast(self.device, "auto"):
            logits = self.net_(self._tensor(pixels))
        loss = F.cross_entropy(logits.float(), torch.from_numpy(labels).to(self.device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return float(loss.detach())

    def _validate(
        self, pixels: Pixels, labels: NDArray[np.int64], held_out: NDArray[np.int64]
    ) -> dict[str, float]:
        odds, truth = self._log_odds(pixels[held_out]), labels[held_out]
        return {
            "validation_loss": float(np.logaddexp(0, np.where(truth == 1, -odds, odds)).mean()),
            "validation_macro_f1": macro_f1(truth, (odds > 0).astype(np.int64)),
        }

    # ---- the network -------------------------------------------------------------------------------------

    def _tensor(self, pixels: Pixels) -> Tensor:
        """Normalise (B, H, W) uint8 to (B, 1, H, W)."""
        x = torch.from_numpy(pixels).to(self.device).float().sub_(self._mean).div_(self._deviation)
        return x[:, None].to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def _log_odds(self, pixels: Pixels) -> NDArray[np.float64]:
        """Score small images (N, size, size)."""
        self.net_.eval()
        odds = []
        for first in range(0, len(pixels), BATCH):
            with autocast(self.device, "auto"):
                logits = self.net_(self._tensor(pixels[first : first + BATCH])).double()
            odds.append((logits[:, 1] - logits[:, 0]).cpu().numpy())
        return np.concatenate(odds)


def split(labels: NDArray[np.int64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep a tenth of either class, at least one of two or more, for validation: learnt from, held out."""
    rng = np.random.default_rng([seed, 0])
    held: list[int] = []
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(labels == label))
        held += rows[: max(int(len(rows) > 1), round(VALIDATION * len(rows)))].tolist()
    held_out = np.sort(np.array(held, np.int64))
    return np.setdiff1d(np.arange(len(labels)), held_out), held_out


def flipped(pixels: Pixels, flips: NDArray[np.bool_]) -> Pixels:
    """Mirror images (B, H, W) upside down where ``flips[0]`` and left to right where ``flips[1]``."""
    pixels = np.where(flips[0][:, None, None], pixels[:, ::-1], pixels)
    return np.where(flips[1][:, None, None], pixels[:, :, ::-1], pixels)
