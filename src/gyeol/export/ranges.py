"""For every layer in 8 bits, the range of values to tell apart: from what training images send through it.

Rounding costs more the wider the range is, and what lies outside is cut off. The range is the one with the least mean
square of both errors together over values drawn from the images (Banner et al. 2019, "Post training 4-bit
quantization", choose theirs so), with zero an exact step.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from gyeol.data.image import read_image
from gyeol.detect.detector import Detector
from gyeol.engine.graph import INPUT
from gyeol.export.model import WATCHED, build
from gyeol.export.network import Precision

EACH = 3000
"""Values that are drawn of each image for each layer."""
TRIED = np.geomspace(0.3, 4.0, 60)
"""Ranges to try, in units of the one that holds all but one value in ten thousand."""

Range = tuple[float, float]


def choose_ranges(
    detector: Detector, images: Sequence[Path], report: Callable[[int, int], None]
) -> dict[str, Range]:
    """Choose the range of every layer's input.

    Parameters
    ----------
    images : sequence of Path
        Normals and defects that were trained on.
    report : callable
        Told how many of them are done.
    """
    precision = Precision()
    model = build(detector, precision, watch=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "watch.onnx"
        file.write_bytes(model.SerializeToString())
        settings = {"INFERENCE_PRECISION_HINT": "f32"}
        request = ov.Core().compile_model(file, "CPU", settings).create_infer_request()
    rng = np.random.default_rng(0)
    drawn: dict[str, list[NDArray[np.float32]]] = {name: [] for name in precision.watched}
    for done, path in enumerate(images, start=1):
        values = request.infer({INPUT: read_image(path)})
        for name, seen in drawn.items():
            every = values[WATCHED + name]
            # The extremes, too: what stands out is what a detector is about.
            ends = np.partition(every, (20, len(every) - 20))
            seen.append(np.concatenate([rng.choice(every, EACH), ends[:20], ends[-20:]]))
        report(done, len(images))
    return {name: best_range(np.concatenate(seen)) for name, seen in drawn.items()}


def best_range(values: NDArray[np.float32]) -> Range:
    """Choose the range with the least mean square error of rounding values (N,) to 256 steps.

    Returns
    -------
    low, high : float
        low is 0 or below, high above it.
    """
    usual = np.quantile(values, (1e-4, 1 - 1e-4))
    least, most = min(0.0, float(values.min())), max(1e-6, float(values.max()))
    best, chosen = np.inf, (least, most)
    low, high = min(0.0, float(usual[0])), max(1e-6, float(usual[1]))
    narrower = [(max(least, low * factor), min(most, high * factor)) for factor in TRIED]
    for low, high in (*narrower, (least, most)):
        step = (high - low) / 255
        zero = np.round(-low / step)
        rounded = (np.clip(np.round(values / step) + zero, 0, 255) - zero) * step
        error = float(np.mean((rounded - values) ** 2))
        if error < best:
            best, chosen = error, (low, high)
    return chosen
