"""Helpers that make tiny folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def write_png(path: Path, pixels: np.ndarray | None = None, seed: int = 0) -> Path:
    """Save grey pixels, or 64x64 pixels of noise, and make the folders for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels is None:
        pixels = np.random.default_rng(seed).integers(60, 200, (64, 64), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def png() -> Callable[..., Path]:
    """Give the function that writes a small PNG."""
    return write_png


@pytest.fixture
def competition(tmp_path: Path) -> Path:
    """Make a valid competition folder: 3 defects (2 with masks), 4 normals, 3 test images, a sample."""
    root = tmp_path / "comp"
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 20:40] = 255
    for i in range(3):
        write_png(root / f"train/defect_images/defect_{i}.png", seed=i)
    for i in range(2):
        write_png(root / f"train/defect_masks/defect_{i}.png", mask)
    for i in range(4):
        write_png(root / f"train/normal_images/normal_{i}.png", seed=10 + i)
    for i in range(3):
        write_png(root / f"test/images/test_{i}.png", seed=20 + i)
    (root / "test/sample_submission.csv").write_text("ImageId,answer\ntest_0,0\ntest_1,0\ntest_2,0\n")
    return root


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model that has learnt nothing."""
    import torch  # here, for the tests of reading and measuring go without it

    from gyeol.detect import storage
    from gyeol.detect.calibration import Calibration
    from gyeol.detect.config import Config
    from gyeol.detect.network import CellNet
    from gyeol.kinds import describe, fit_kinds

    path = tmp_path_factory.mktemp("models") / "model"
    config = Config(widths=(8, 8, 16), blocks=(1, 1), precision="fp32")
    torch.manual_seed(0)
    noise = np.random.default_rng(0).integers(60, 200, (8, 64, 64), dtype=np.uint8)
    record = {
        **dict.fromkeys(("made", "gyeol", "torch", "python", "device", "data"), "x"),
        **dict.fromkeys(("seconds", "steps", "defects", "normals_learnt", "normals_held_out"), 1),
        "kinds": [8],
        "crop_size": 64,
        "defect_scores": [{"score": 5.0}],
        "normal_scores": [0.0],
        "estimate": {"macro_f1": 1.0, "interval": [1, 1], "missed": 0.0, "alarms": 0.0, "prevalence": 0.1},
    }
    kinds = fit_kinds(np.stack([describe(each) for each in noise]))
    calibration = Calibration(np.full(kinds.count, -3.0), np.full(kinds.count, 0.001))
    net = CellNet(config.widths, config.blocks, window=8).eval()
    storage.write(path, storage.Parts(config, net, kinds, calibration, 1.0, record))
    return path
