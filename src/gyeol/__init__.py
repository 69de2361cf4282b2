"""gyeol: texture-surface defect detection from thirty defects.

The names below are imported when they are first used, so that `import gyeol` costs nothing and needs no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gyeol.data.competition import read_competition as read_competition
    from gyeol.data.dataset import Dataset as Dataset
    from gyeol.data.image import read_image as read_image
    from gyeol.data.layouts import read_dataset as read_dataset
    from gyeol.data.submission import write_submission as write_submission
    from gyeol.detect.config import Config as Config
    from gyeol.detect.detector import Detector as Detector
    from gyeol.detect.verdict import Verdict as Verdict
    from gyeol.errors import GyeolError as GyeolError
    from gyeol.metrics.classification import macro_f1 as macro_f1

_HOME = {
    "Config": "gyeol.detect.config",
    "Dataset": "gyeol.data.dataset",
    "Detector": "gyeol.detect.detector",
    "GyeolError": "gyeol.errors",
    "Verdict": "gyeol.detect.verdict",
    "macro_f1": "gyeol.metrics.classification",
    "read_competition": "gyeol.data.competition",
    "read_dataset": "gyeol.data.layouts",
    "read_image": "gyeol.data.image",
    "write_submission": "gyeol.data.submission",
}
__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'gyeol' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
