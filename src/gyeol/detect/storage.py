"""The detector's directory: `weights.safetensors`, `detector.json`, `card.md`. Data only; loading runs nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from gyeol.data.image import MAX_SIDE
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.device import pick_device
from gyeol.detect.network import STRIDE, CellNet, channels_last
from gyeol.detect.record import model_card
from gyeol.errors import ModelError, OutputError
from gyeol.files import atomic_directory, printable
from gyeol.kinds import Kinds

SCHEMA = 2
"""Version of the directory's form; a reader refuses what it does not know."""
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "detector.json", "card.md"
_MOST = {WEIGHTS: 512 * 2**20, DESCRIPTION: 64 * 2**20}
"""Bytes of each file that are read: a hundred times what a long training on many images writes."""


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
    check_place(path)
    tensors = {f"net.{name}": value.cpu().contiguous() for name, value in parts.net.state_dict().items()}
    arrays = {f"kinds.{name}": value for name, value in parts.kinds.to_arrays().items()}
    arrays["calibration.centre"] = parts.calibration.centre
    arrays["calibration.scale"] = parts.calibration.scale
    tensors |= {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in arrays.items()}
    blob = save_tensors(tensors)
    description = {
        "schema": SCHEMA,
        "threshold": parts.threshold,
        "config": parts.config.to_dict(),
        "record": parts.record,
        "sha256": {WEIGHTS: hashlib.sha256(blob).hexdigest()},
    }
    with atomic_directory(path) as folder:
        (folder / WEIGHTS).write_bytes(blob)
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        (folder / CARD).write_text(model_card(parts.threshold, parts.record), encoding="utf-8")


def check_place(path: Path) -> None:
    """Refuse a place that holds something other than a detector, before hours are spent on one.

    Raises
    ------
    OutputError
    """
    if Path.cwd().is_relative_to(path.resolve()):
        raise OutputError(
            f"{path} is or holds the current folder, which would be replaced; give a new folder"
        )
    if path.is_file():
        raise OutputError(f"{path} is a file; give a folder for the model")
    if path.is_dir() and any(path.iterdir()) and not (path / DESCRIPTION).exists():
        raise OutputError(f"{path} holds something that is not a gyeol model; give a new folder")


def read(path: Path) -> Parts:
    """Read a detector's directory.

    Raises
    ------
    ModelError
        If a file is missing, damaged, or of another version.
    """
    description = _read_description(path)
    try:
        blob = _bytes(path / WEIGHTS)
    except OSError as error:
        raise ModelError(f"cannot read {path / WEIGHTS}: {error.strerror}; train the model again") from error
    sums = description.get("sha256")
    if not isinstance(sums, dict) or hashlib.sha256(blob).hexdigest() != sums.get(WEIGHTS):
        raise ModelError(f"{path / WEIGHTS} is damaged (its checksum is not the one in {DESCRIPTION})")
    try:
        tensors = load_tensors(blob)
        config = Config.from_dict(description["config"])
        record = dict(description["record"])
        net = CellNet(config.widths, config.blocks, _window(record))
        net.load_state_dict(_part(tensors, "net."))
        arrays = {name: value.numpy() for name, value in tensors.items()}
        kinds = Kinds.from_arrays(_part(arrays, "kinds."))
        calibration = Calibration(**_part(arrays, "calibration."))
        threshold = float(description["threshold"])
        _check_numbers(net, kinds, calibration, threshold)
        model_card(threshold, record)  # what else reads the record finds in it what the card does
    # OverflowError: an integer of a thousand digits
    except (
        SafetensorError, LookupError, TypeError, ValueError, RuntimeError, AttributeError, OverflowError, ModelError
    ) as error:  # fmt: skip
        reason = printable(str(error).splitlines()[0])[:200] if str(error) else type(error).__name__
        raise ModelError(f"{path} is not a whole gyeol model ({reason}); train it again") from error
    net = channels_last(net.to(pick_device())).eval().requires_grad_(False)
    return Parts(config, net, kinds, calibration, threshold, record)


def _bytes(file: Path) -> bytes:
    """Read a file of bounded size."""
    if file.stat().st_size > _MOST[file.name]:
        raise ModelError(f"{file} has more than {_MOST[file.name] // 2**20} MiB and is no gyeol model's")
    return file.read_bytes()


def _window(record: dict[str, Any]) -> int:
    """Say the side in cells of the surface that a cell is judged against."""
    side = record["crop_size"]
    if not isinstance(side, int) or not 64 <= side <= MAX_SIDE:
        raise ValueError(f"crop_size is {side!r}")
    return side // STRIDE


def _check_numbers(net: CellNet, kinds: Kinds, calibration: Calibration, threshold: float) -> None:
    """Refuse numbers with which every image would be called normal, without a word."""
    numbers = {
        **{f"net.{name}": value.numpy() for name, value in net.state_dict().items()},
        **{f"kinds.{name}": value for name, value in kinds.to_arrays().items()},
        "calibration.centre": calibration.centre,
        "calibration.scale": calibration.scale,
        "threshold": np.array(threshold),
    }
    for name, values in numbers.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds what is no finite number")
    for name in ("kinds.scale", "kinds.spreads", "calibration.scale"):
        if not (numbers[name] > 0).all():
            raise ValueError(f"{name} must be above 0")
    if calibration.centre.shape != (kinds.count,) or calibration.scale.shape != (kinds.count,):
        raise ValueError(f"the calibration is not one of {kinds.count} kinds")


def weights_id(path: Path) -> str:
    """Name a detector by its weights, whatever its threshold: 16 hex digits.

    Raises
    ------
    ModelError
        If there is no detector.
    """
    sums = _read_description(path).get("sha256")
    if not isinstance(sums, dict) or not isinstance(sums.get(WEIGHTS), str):
        raise ModelError(f"{path / DESCRIPTION} is damaged (it has no checksum); train the model again")
    return str(sums[WEIGHTS])[:16]


def _read_description(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTION
    if not path.exists():
        raise ModelError(f"no model at {path}; make one with: gyeol train DATA -o {path}")
    try:
        description = json.loads(_bytes(file).decode())
    except OSError as error:
        raise ModelError(
            f"{path} is not a gyeol model: cannot read {file.name} ({error.strerror})"
        ) from error
    except (ValueError, RecursionError) as error:  # lists in lists without end
        raise ModelError(f"{file} is damaged (it is not JSON); train the model again") from error
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        found = description.get("schema") if isinstance(description, dict) else None
        raise ModelError(
            f"{file} is of form {printable(repr(found))[:40]} and this gyeol reads form {SCHEMA}; "
            "train again or update gyeol"
        )
    return description


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
