"""A report with every part, from a small folder with names that nobody should trust."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gyeol.explore.explore import explore
from gyeol.metrics.answers import Compared
from gyeol.metrics.evaluation import evaluate
from gyeol.report.errors import Mistake
from gyeol.report.sources import Sources

NASTY = "<img src=x onerror=alert(1)> $x_2$ & \"'.png"
KIND = "<script>alert(2)</script> $a$"


@pytest.fixture
def record() -> dict[str, Any]:
    """Make a training record."""
    rng = np.random.default_rng(0)
    history = [{"phase": "validation", "step": 10, "loss": 3.0}]
    for phase, start in (("trunk", 0), ("fold 1", 40), ("fold 2", 40), ("final", 80)):
        history += [{"phase": phase, "step": start + step, "loss": 2.0 - step / 100} for step in (20, 40)]
        history.append({"phase": "validation", "step": start + 40, "loss": 1.5})
    return {
        "defects": 3,
        "normals_learnt": 4,
        "normals_held_out": 40,
        "kinds": [4],
        "levels": [0.8, 1.5],
        "backgrounds": [1],
        "gain": 1.37,
        "not_learnt": 2,
        "steps": 80,
        "crop_size": 64,
        "enlarge": 1,
        "seconds": 12.5,
        "device": "cpu",
        "data": "0123456789abcdef",
        "estimate": {
            "macro_f1": 0.9,
            "interval": [0.8, 0.95],
            "missed": 0.1,
            "alarms": 0.01,
            "prevalence": 0.1,
        },
        "defect_scores": [
            {"defect": n, "fold": n % 2, "kind": 0, "score": score} for n, score in enumerate((0.5, 4.0, 9.0))
        ],
        "normal_scores": sorted(float(score) for score in rng.normal(0, 1, 40)),
        "history": history,
    }


@pytest.fixture
def compared() -> Compared:
    """Answers of six images, with one miss and one false alarm."""
    return Compared(
        ids=("a", NASTY, "c", "d", "e", "f"),
        truth=np.array([1, 1, 0, 0, 0, 0]),
        answers=np.array([1, 0, 1, 0, 0, 0]),
        scores=np.array([9.0, 0.25, 3.5, 0.1, 0.0, -1.0]),
        kinds=(KIND, "wood", KIND, "wood", KIND, "wood"),
    )


@pytest.fixture
def comparison() -> tuple[dict[str, Any], ...]:
    """Rows of two methods."""
    return tuple(
        {
            "asked": {"detector": method},
            "title": f"the {method} method",
            "external_data": outside,
            "macro_f1": value,
            "best_macro_f1": value,
            "interval": [value - 0.1, value + 0.05],
            "auroc": value,
            "average_precision": value,
            "misses": 1,
            "false_alarms": 2,
            "validation": 0.875,
            "train_s": 60.0,
            "images_s": 25.0,
            "peak_mib": 900,
            "size_mib": 3.1,
        }
        for method, value, outside in (("plain", 0.5, False), ("gyeol", 0.9, False), ("memory", 0.7, True))
    )


@pytest.fixture
def sources(
    competition: Path,
    record: dict[str, Any],
    compared: Compared,
    comparison: tuple[dict[str, Any], ...],
) -> Sources:
    """Everything that a report can be made from."""
    train = competition / "train"
    (train / "defect_images/defect_2.png").rename(train / f"defect_images/{NASTY}")
    with Image.open(train / "normal_images/normal_0.png") as image:
        image.save(train / "normal_images/copy.png")
    (train / "normal_images/broken.png").write_bytes(b"no picture")
    pixels = np.full((64, 96), 90, np.uint8)
    mask = np.zeros(pixels.shape, bool)
    mask[20:30, 20:40] = True
    coloured = np.repeat(pixels[..., None], 3, 2)
    return Sources(
        facts=explore(competition, workers=1).to_dict(),
        data=competition,
        threshold=1.0,
        record=record,
        evaluation=evaluate(compared.truth, compared.answers, compared.scores, compared.kinds).to_dict(),
        compared=compared,
        mistakes=(
            Mistake(NASTY, "wood", 1, 0.25, pixels, coloured, mask),
            Mistake("c", KIND, 0, 3.5, pixels, coloured, None),
        ),
        comparison=comparison,
    )
