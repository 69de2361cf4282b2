"""Small surfaces, and a detector that was learnt from some in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.images import TrainingImages
from gyeol.detect.network import CellNet
from gyeol.detect.surfaces import Surface
from gyeol.kinds import describe, fit_kinds

torch.set_num_threads(1)  # the networks here are too small to gain from more

SMALL = Config(
    steps=24, folds=2, crops=4, size=64, widths=(8, 8, 16), blocks=(1, 1), precision="fp32", prevalence=0.2
)


def make_texture(seed: int, shape: tuple[int, int] = (80, 72), grain: float = 1.5) -> np.ndarray:
    """Draw a smooth random grey surface."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.clip(128 + 30 * noise / noise.std(), 0, 255).astype(np.uint8)


def make_defect(seed: int, masked: bool = True, **kwargs: object) -> Surface:
    """Draw a surface with a bright square somewhere."""
    pixels = make_texture(seed, **kwargs)  # type: ignore[arg-type]
    top, left = np.random.default_rng(seed + 1000).integers(10, 45, 2)
    mask = np.zeros(pixels.shape, bool)
    mask[top : top + 16, left : left + 16] = True
    pixels[mask] = np.clip(pixels[mask].astype(int) + 90, 0, 255)
    return Surface(pixels, mask=mask if masked else None)


def make_images(defects: list[Surface] | None = None, normals: int = 14) -> TrainingImages:
    """Gather defects (one of four without a mask) and normals of one kind."""
    defects = [make_defect(i, masked=i != 1) for i in range(4)] if defects is None else defects
    good = [Surface(make_texture(100 + i)) for i in range(normals)]
    kinds = fit_kinds(np.stack([describe(each.pixels) for each in good]))
    return TrainingImages(defects, good, kinds)


def make_net(seed: int = 0) -> CellNet:
    """Make a small network in which no weight is at its (often zero) beginning."""
    torch.manual_seed(seed)
    net = CellNet((8, 8, 16), (1, 1)).train()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.rand_like(parameter) * 0.4)
        for _ in range(20):  # the normalisations see what they will have to do with
            net(torch.randn(4, 1, 64, 64))
    return net.eval()


@pytest.fixture(scope="session")
def small() -> Config:
    """Give the settings of a run that takes a second."""
    return SMALL


@pytest.fixture(scope="session")
def texture() -> Callable[..., np.ndarray]:
    """Give the function that draws grey surfaces."""
    return make_texture


@pytest.fixture(scope="session")
def defect() -> Callable[..., Surface]:
    """Give the function that draws surfaces with a bright square."""
    return make_defect


@pytest.fixture(scope="session")
def images() -> Callable[..., TrainingImages]:
    """Give the function that gathers training images."""
    return make_images


@pytest.fixture(scope="session")
def net() -> CellNet:
    """Give a small network with random weights, in evaluation mode."""
    return make_net()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a competition folder of four defects, one without a mask, and fourteen normals."""
    root = tmp_path_factory.mktemp("data")
    train = root / "train"
    for part in ("defect_images", "defect_masks", "normal_images"):
        (train / part).mkdir(parents=True)
    made = make_images()
    for number, surface in enumerate(made.defects):
        Image.fromarray(surface.pixels).save(train / f"defect_images/d{number}.png")
        if surface.mask is not None:
            Image.fromarray(surface.mask.astype(np.uint8) * 255).save(train / f"defect_masks/d{number}.png")
    for number, surface in enumerate(made.normals):
        Image.fromarray(surface.pixels).save(train / f"normal_images/n{number}.png")
    return root


@pytest.fixture(scope="session")
def fitted(folder: Path) -> Detector:
    """Give a detector that learnt from the folder. Not to be changed."""
    return Detector(SMALL).fit(folder)
