"""A model that has learnt nothing but the kind of some images: for what needs a model, whatever it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.detect import storage
from gyeol.detect.background import Backgrounds
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.network import CellNet
from gyeol.detect.reference import make_reference
from gyeol.detect.surfaces import Surface
from gyeol.kinds import describe, fit_kinds


def write_untaught(
    folder: Path,
    images: NDArray[np.uint8],
    widths: tuple[int, int, int],
    blocks: tuple[int, int],
    centre: float = 0.0,
    scale: float = 1.0,
) -> None:
    """Write it for images (N, H, W), with a network of the given size and one calibration for all kinds."""
    config = Config(widths=widths, blocks=blocks, precision="fp32")
    torch.manual_seed(0)
    record = {
        **dict.fromkeys(("made", "gyeol", "torch", "python", "device", "data"), "x"),
        **dict.fromkeys(("seconds", "steps", "defects", "normals_learnt", "normals_held_out"), 1),
        "kinds": [len(images)],
        "levels": [1.0],
        "backgrounds": [],
        "gain": 1.0,
        "not_learnt": 0,
        "crop_size": 64,
        "enlarge": 1,
        "defect_scores": [{"score": 5.0}],
        "normal_scores": [0.0],
        "history": [],
        "estimate": {"macro_f1": 1.0, "interval": [1, 1], "missed": 0.0, "alarms": 0.0, "prevalence": 0.1},
    }
    kinds = fit_kinds(np.stack([describe(pixels) for pixels in images]))
    calibration = Calibration(np.full(kinds.count, centre), np.full(kinds.count, scale))
    net = CellNet(config.widths, config.blocks, window=8).eval()
    reference = make_reference([Surface(pixels) for pixels in images], kinds.count)
    storage.write(
        folder,
        storage.Parts(config, net, kinds, Backgrounds.none(kinds.count), calibration, reference, 1.0, record),
    )
