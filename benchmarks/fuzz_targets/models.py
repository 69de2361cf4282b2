"""A model to begin with: the tests' one that has learnt nothing, of one feature wherever one is enough."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "tests"))  # tests are no package

from untaught import write_untaught


def write_model(folder: Path, images: np.ndarray) -> None:
    """Write it; it has learnt nothing but the kind of these images (N, H, W)."""
    write_untaught(folder, images, (2, 2, 2), (0, 0))
