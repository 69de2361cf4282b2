"""gyeol's own detector in a model's directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.detect import directory
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.device import pick_device
from gyeol.detect.directory import OWN, Model
from gyeol.detect.network import STRIDE, CellNet, channels_last
from gyeol.errors import ModelError
from gyeol.kinds import Kinds


@dataclass
class Parts:
    """What makes up a detector."""

    config: Config
    net: CellNet
    kinds: Kinds
    calibration: Calibration
    threshold: float
    record: dict[str, Any]


def write(path: Path, parts: Parts) -> None:
    """Write a detector's directory, whole or not at all.

    Raises
    ------
    OutputError
        If `path` holds something that is not a detector, or cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {
        f"net.{name}": value.cpu().numpy() for name, value in parts.net.state_dict().items()
    }
    arrays |= {f"kinds.{name}": value for name, value in parts.kinds.to_arrays().items()}
    arrays["calibration.centre"] = parts.calibration.centre
    arrays["calibration.scale"] = parts.calibration.scale
    directory.write(path, Model(OWN, arrays, parts.config.to_dict(), parts.threshold, parts.record))


def read(path: Path) -> Parts:
    """Read a detector's directory.

    Raises
    ------
    ModelError
        If a file is missing, damaged, of another version, or another detector wrote it.
    """
    model = directory.read(path)
    if model.detector != OWN:
        raise ModelError(
            f"{path} was made by the detector {model.detector!r}; "
            "only models of gyeol's own detector can be exported, or opened with Detector.load"
        )
    try:
        config = Config.from_dict(model.config)
        net = CellNet(config.widths, config.blocks, int(model.record["crop_size"]) // STRIDE)
        weights = _part(model.arrays, "net.")
        net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
        kinds = Kinds.from_arrays(_part(model.arrays, "kinds."))
        calibration = Calibration(**_part(model.arrays, "calibration."))
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise directory.not_whole(path, error) from error
    net = channels_last(net.to(pick_device())).eval().requires_grad_(False)
    return Parts(config, net, kinds, calibration, model.threshold, model.record)


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
