"""A model to begin with, of one feature wherever one is enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gyeol.detect import storage
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.network import CellNet
from gyeol.kinds import describe, fit_kinds


def write_model(folder: Path, images: np.ndarray) -> None:
    """Write it; it has learnt nothing but the kind of these images (N, H, W)."""
    config = Config(widths=(2, 2, 2), blocks=(0, 0), precision="fp32")
    torch.manual_seed(0)
    record = {
        **dict.fromkeys(("made", "gyeol", "torch", "python", "device", "data"), "x"),
        **dict.fromkeys(("seconds", "steps", "defects", "normals_learnt", "normals_held_out"), 1),
        "kinds": [8],
        "crop_size": 64,
        "defect_scores": [{"score": 5.0}],
        "normal_scores": [0.0],
        "history": [],
        "estimate": {"macro_f1": 1.0, "interval": [1, 1], "missed": 0.0, "alarms": 0.0, "prevalence": 0.1},
    }
    kinds = fit_kinds(np.stack([describe(each) for each in images]))
    calibration = Calibration(np.zeros(kinds.count), np.ones(kinds.count))
    net = CellNet(config.widths, config.blocks, window=8).eval()
    storage.write(folder, storage.Parts(config, net, kinds, calibration, 1.0, record))
