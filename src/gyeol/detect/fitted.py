"""What a training found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.background import Backgrounds
from gyeol.detect.calibration import Calibration
from gyeol.detect.network import CellNet
from gyeol.detect.reference import Reference
from gyeol.detect.threshold import Choice
from gyeol.detect.trainer import History
from gyeol.kinds import Kinds


@dataclass
class Fitted:
    """What training found, ready to be kept in a Detector.

    Parameters
    ----------
    net : CellNet
        In evaluation mode.
    kinds : Kinds
        The kinds of texture found among what it was learnt from.
    backgrounds : Backgrounds
        What the pictures of each kind have in common.
    content : str
        Fingerprint of the images' pixels, see :class:`gyeol.detect.images.TrainingImages`.
    reference : Reference
        What the normals were like as pictures.
    calibration : Calibration
    choice : Choice
        The threshold and the leak-free estimate.
    fold_scores : list of dict
        For each defect: its index, fold and kind, its calibrated score by the model that did not see it, raised by what
        this one gains over that (:mod:`gyeol.detect.gain`), and its score when its kind's level without it is taken
        into account, too (:mod:`gyeol.detect.levels`).
    normal_scores : (N,) float64
        Scores of the normals that say what is usual, each calibrated by others (:mod:`gyeol.detect.usual`).
    record : dict
        Steps, seconds, sizes: for the model card.
    history : History
        Losses.
    """

    net: CellNet
    kinds: Kinds
    backgrounds: Backgrounds
    content: str
    reference: Reference
    calibration: Calibration
    choice: Choice
    fold_scores: list[dict[str, Any]]
    normal_scores: NDArray[np.float64]
    record: dict[str, Any]
    history: History = field(default_factory=History)
