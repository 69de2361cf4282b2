"""What a detector says about one image."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.show import verdict_html
from gyeol.kinds import UNFAMILIAR


@dataclass(frozen=True)
class Verdict:
    """The judgement of one image.

    Parameters
    ----------
    score : float
        Calibrated: 0 is a usual good surface of its kind, 1.645 the 95 % quantile of good ones; higher is worse.
    answer : int
        1 where the score is above the detector's threshold (defect), else 0 (normal).
    kind : int
        The kind of texture it was taken for.
    distance : float
        How far its texture is from that kind, in units of the kind's spread; large: a kind never seen.
    heat : (H, W) float32
        The calibrated score of every pixel's surroundings, on the same scale; (0, 0) from an exported model that was
        opened for scores alone.
    background : float
        How much of what its kind's pictures have in common it shows, as
        :meth:`gyeol.detect.surfaces.Backdrop.share`; nan where that is nothing, and of an image of another size.
    """

    score: float
    answer: int
    kind: int
    distance: float
    heat: NDArray[np.float32]
    background: float = math.nan

    @property
    def unfamiliar(self) -> bool:
        """Whether the texture is unlike every kind in training."""
        return self.distance > UNFAMILIAR

    def _repr_html_(self) -> str:
        """Show it in a notebook, with its heat map."""
        return verdict_html(self)
