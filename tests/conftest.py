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
