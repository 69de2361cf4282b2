"""Helpers that make tiny folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from gyeol.detect.detector import Detector  # torch only where a test asks for a detector


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


def make_surface(seed: int, shape: tuple[int, int], grain: float = 1.0) -> np.ndarray:
    """Draw a grey surface of one of two kinds: fine grain or coarse."""
    import cv2

    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.clip(120 + 35 * noise / noise.std(), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def detector() -> Detector:
    """Give a detector whose every weight matters; its threshold lies amid the scores of its surfaces."""
    import torch

    from gyeol.detect.calibration import Calibration
    from gyeol.detect.config import Config
    from gyeol.detect.detector import Detector
    from gyeol.detect.network import CellNet
    from gyeol.kinds import describe, fit_kinds

    torch.manual_seed(0)
    net = CellNet((8, 8, 16), (2, 1), window=16).train()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.rand_like(parameter) * 0.4)
        for _ in range(20):  # the normalisations see what they will have to do with
            net(torch.randn(4, 1, 128, 128))
    made = Detector(Config(widths=(8, 8, 16), blocks=(2, 1), precision="fp32", size=128))
    made.net_ = net.eval().requires_grad_(False)
    with torch.no_grad():  # logits of a usual size
        net.logit.weight /= net(torch.randn(1, 1, 256, 256)).std() / 2
    surfaces = [make_surface(n, (96, 96), 0.8 + 2.5 * (n % 2)) for n in range(40)]
    made.kinds_ = fit_kinds(np.stack([describe(each) for each in surfaces]))
    count = made.kinds_.count
    made.calibration_ = Calibration(np.linspace(0.5, 1, count), np.linspace(1, 1.5, count))
    made.threshold_, made.record_ = 0.0, {}
    made._judge = made.net_
    made.calibration_.scale[:] *= made.score_samples(surfaces).std()
    made.calibration_.centre[:] += np.median(made.score_samples(surfaces))
    made.threshold_ = float(np.median(made.score_samples(surfaces)))
    return made


@pytest.fixture(scope="session")
def trained_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the folder that the detector was, as it were, trained on."""
    root = tmp_path_factory.mktemp("data")
    for part, numbers in (("defect_images", range(6)), ("normal_images", range(6, 30))):
        (root / "train" / part).mkdir(parents=True)
        for n in numbers:
            surface = make_surface(n, (96, 96), 0.8 + 2.5 * (n % 2))
            Image.fromarray(surface).save(root / "train" / part / f"{part[0]}{n}.png")
    return root


@pytest.fixture(scope="session")
def exact(detector: Detector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the detector as a float32 graph."""
    from gyeol.export.model import build
    from gyeol.export.network import Precision

    path = tmp_path_factory.mktemp("exported") / "exact.onnx"
    path.write_bytes(build(detector, Precision(), usual=(96, 96)).SerializeToString())
    return path


@pytest.fixture(scope="session")
def surface() -> Callable[..., np.ndarray]:
    """Give the function that draws surfaces."""
    return make_surface
