"""gyeol's own detector in a model's directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.data.image import MAX_SIDE
from gyeol.detect import directory
from gyeol.detect.background import Backgrounds
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import ENLARGE, Config
from gyeol.detect.device import pick_device
from gyeol.detect.directory import OWN, UNFIT, Model
from gyeol.detect.network import STRIDE, CellNet, channels_last
from gyeol.detect.reference import Reference
from gyeol.errors import ModelError
from gyeol.files import printable
from gyeol.kinds import Kinds


@dataclass
class Parts:
    """What makes up a detector."""

    config: Config
    net: CellNet
    kinds: Kinds
    backgrounds: Backgrounds
    calibration: Calibration
    reference: Reference
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
    arrays |= {f"backgrounds.{name}": value for name, value in parts.backgrounds.to_arrays().items()}
    arrays["calibration.centre"] = parts.calibration.centre
    arrays["calibration.scale"] = parts.calibration.scale
    arrays |= {f"reference.{name}": value for name, value in parts.reference.to_arrays().items()}
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
            f"{printable(path)} was made by the detector {model.detector!r}; "
            "only models of gyeol's own detector can be exported, or opened with Detector.load"
        )
    try:
        config = Config.from_dict(model.config)
        net = CellNet(config.widths, config.blocks, _window(model.record), _enlarge(model.record))
        weights = _part(model.arrays, "net.")
        if differ := sorted(weights.keys() ^ net.state_dict().keys()):  # torch itself forgives some
            raise ValueError(f"the weights' {differ[0]} is missing or not known")
        net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
        kinds = Kinds.from_arrays(_part(model.arrays, "kinds."))
        backgrounds = Backgrounds.from_arrays(_part(model.arrays, "backgrounds."), kinds.count)
        calibration = Calibration(**_part(model.arrays, "calibration."))
        reference = Reference.from_arrays(_part(model.arrays, "reference."), kinds.count)
        _check_scales(kinds, calibration)
    except (*UNFIT, ModelError) as error:
        raise directory.not_whole(path, error) from error
    net = channels_last(net.to(pick_device())).eval().requires_grad_(False)
    return Parts(config, net, kinds, backgrounds, calibration, reference, model.threshold, model.record)


def _window(record: dict[str, Any]) -> int:
    """Say the side in cells of the surface that a cell is judged against."""
    side = record["crop_size"]
    if not isinstance(side, int) or not 64 <= side <= MAX_SIDE:
        raise ValueError(f"crop_size is {str(side)[:20]}")
    return side // STRIDE


def _enlarge(record: dict[str, Any]) -> int:
    """Say how many times as large images are made before they are judged."""
    times = record["enlarge"]
    if times not in ENLARGE:
        raise ValueError(f"enlarge is {str(times)[:20]}")
    return int(times)


def _check_scales(kinds: Kinds, calibration: Calibration) -> None:
    """Refuse a calibration of other kinds, and scales that turn scores around."""
    for name, values in (("centre", calibration.centre), ("scale", calibration.scale)):
        if values.shape != (kinds.count,) or values.dtype.kind != "f":
            raise ValueError(f"the calibration's {name} is not a number for each kind")
    own = kinds.to_arrays()
    for name, values in {
        "kinds.scale": own["scale"],
        "kinds.spreads": own["spreads"],
        "calibration.scale": calibration.scale,
    }.items():
        if not (values > 0).all():
            raise ValueError(f"{name} must be above 0")


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
