"""gyeol itself as one of those compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.baselines.training import weight_bytes
from gyeol.data.dataset import Dataset
from gyeol.detect.detector import Detector
from gyeol.engine.stream import judge_all


class Gyeol:
    """A :class:`gyeol.detect.detector.Detector` that judges files as `gyeol predict` does.

    Attributes
    ----------
    threshold_ : float
    validation_ : float
        Macro F1 that the leak-free estimate expects.
    """

    threshold_: float
    validation_: float

    def __init__(self, seed: int, minutes: float) -> None:
        self.detector = Detector(seed=seed, minutes=minutes)

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> Gyeol:
        """Learn from a dataset."""
        self.detector.fit(dataset, say=say)
        self.threshold_ = self.detector.threshold_
        self.validation_ = float(self.detector.record_["estimate"]["macro_f1"])
        return self

    def score_samples(self, images: Iterable[Path]) -> NDArray[np.float64]:
        """Score image files (N,)."""
        verdicts = (row.verdict for row in judge_all(self.detector, ((str(path), path) for path in images)))
        return np.array([verdict.score for verdict in verdicts if verdict], np.float64)

    @property
    def nbytes(self) -> int:
        """Bytes of the network."""
        return weight_bytes(self.detector.net_)
