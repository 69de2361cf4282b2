"""Making and opening a detector by name: gyeol's own, or a plugin's; plugins are looked for only when one is meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gyeol.data.dataset import Dataset
from gyeol.detect.directory import OWN, detector_of
from gyeol.detect.verdict import Verdict


class AnyDetector(Protocol):
    """What gyeol's own detector and plugins' have in common."""

    threshold_: float
    record_: dict[str, Any]

    def fit(self, dataset: Dataset, *, say: Callable[[str], None]) -> Any:
        """Learn from a dataset."""
        ...

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one grey image (H, W) uint8."""
        ...

    def save(self, path: Path | str) -> None:
        """Keep it in a directory."""
        ...


def make_detector(name: str, *, seed: int, minutes: float, prevalence: float | None = None) -> AnyDetector:
    """Make a detector that has not learnt anything yet.

    Raises
    ------
    ModelError
        If there is no detector of that name, its plugin is broken, or a setting is out of range.
    MissingExtraError
        If a module that it needs is not installed.
    """
    if name == OWN:
        from gyeol.detect.detector import Detector

        return Detector(seed=seed, minutes=minutes, prevalence=prevalence)
    from gyeol.plugins.hosted import HostedDetector

    return HostedDetector(name, seed=seed, minutes=minutes, prevalence=prevalence)


def load_detector(path: Path) -> AnyDetector:
    """Open a model's directory, whichever detector wrote it.

    Raises
    ------
    ModelError
        If there is no model, it is damaged, or the plugin that wrote it is not installed or broken.
    MissingExtraError
        If a module that the plugin needs is not installed.
    """
    if detector_of(path) == OWN:
        from gyeol.detect.detector import Detector

        return Detector.load(path)
    from gyeol.plugins.hosted import HostedDetector

    return HostedDetector.load(path)
