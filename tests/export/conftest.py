"""A detector with random weights, its training folder, and what it says as a graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.network import CellNet
from gyeol.export.model import build
from gyeol.export.network import Precision
from gyeol.kinds import describe, fit_kinds


def make_surface(seed: int, shape: tuple[int, int], grain: float = 1.0) -> np.ndarray:
    """Draw a grey surface of one of two kinds: fine grain or coarse."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.clip(120 + 35 * noise / noise.std(), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def detector() -> Detector:
    """Give a detector whose every weight matters; its threshold lies amid the scores of its surfaces."""
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
    path = tmp_path_factory.mktemp("exported") / "exact.onnx"
    path.write_bytes(build(detector, Precision(), usual=(96, 96)).SerializeToString())
    return path


@pytest.fixture(scope="session")
def surface() -> Callable[..., np.ndarray]:
    """Give the function that draws surfaces."""
    return make_surface
