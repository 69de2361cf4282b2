"""The detector's directory: `weights.safetensors`, `detector.json`, `card.md`. Data only; loading runs nothing."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.device import pick_device
from gyeol.detect.network import STRIDE, CellNet, channels_last
from gyeol.detect.record import model_card
from gyeol.detect.reference import Reference
from gyeol.errors import ModelError, OutputError
from gyeol.files import atomic_directory, printable
from gyeol.kinds import Kinds

SCHEMA = 3
"""Version of the directory's form; a reader refuses what it does not know."""
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "detector.json", "card.md"
LARGEST = {WEIGHTS: 256 * 2**20, DESCRIPTION: 64 * 2**20, CARD: 2**20}
"""Bytes that a file may have; gyeol's own have a hundredth of it."""


@dataclass
class Parts:
    """What makes up a detector."""

    config: Config
    net: CellNet
    kinds: Kinds
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
    check_place(path)
    tensors = {f"net.{name}": value.cpu().contiguous() for name, value in parts.net.state_dict().items()}
    arrays = {f"kinds.{name}": value for name, value in parts.kinds.to_arrays().items()}
    arrays["calibration.centre"] = parts.calibration.centre
    arrays["calibration.scale"] = parts.calibration.scale
    arrays |= {f"reference.{name}": value for name, value in parts.reference.to_arrays().items()}
    tensors |= {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in arrays.items()}
    blob, card = save_tensors(tensors), model_card(parts.threshold, parts.record).encode()
    description: dict[str, Any] = {
        "schema": SCHEMA,
        "threshold": parts.threshold,
        "config": parts.config.to_dict(),
        "record": parts.record,
        "sha256": {WEIGHTS: _sum(blob), CARD: _sum(card)},
    }
    description["sha256"][DESCRIPTION] = own_sum(description)
    with atomic_directory(path) as folder:
        (folder / WEIGHTS).write_bytes(blob)
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        (folder / CARD).write_bytes(card)


def own_sum(description: dict[str, Any]) -> str:
    """Give the checksum of a description, all of it but this checksum itself: 64 hex digits."""
    others = {name: each for name, each in description["sha256"].items() if name != DESCRIPTION}
    return _sum(json.dumps({**description, "sha256": others}, sort_keys=True).encode())


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
        If a file is missing, damaged, changed, too large, or of another version.
    """
    description = _read_description(path)
    blob = _read_file(path / WEIGHTS)
    for name, content in ((WEIGHTS, blob), (CARD, _read_file(path / CARD))):
        if _sum(content) != description["sha256"].get(name):
            raise ModelError(
                f"{printable(path / name)} is damaged or was changed (its checksum is not the one in {DESCRIPTION}); "
                "take a copy as it was written, or train again"
            )
    try:
        tensors = load_tensors(blob)
        config = Config.from_dict(description["config"])
        record = dict(description["record"])
        _check_size(config, int(record["crop_size"]))
        net = CellNet(config.widths, config.blocks, int(record["crop_size"]) // STRIDE)
        weights = _part(tensors, "net.")
        if differ := sorted(weights.keys() ^ net.state_dict().keys()):  # torch itself forgives some
            raise ValueError(f"the weights' {differ[0]} is missing or not known")
        net.load_state_dict(weights)
        arrays = {name: value.numpy() for name, value in tensors.items()}
        kinds = Kinds.from_arrays(_part(arrays, "kinds."))
        calibration = Calibration(**_part(arrays, "calibration."))
        reference = Reference.from_arrays(_part(arrays, "reference."), kinds.count)
        threshold = float(description["threshold"])
        _check_numbers(net, kinds, calibration, threshold)
        model_card(threshold, record)  # whatever else is asked of the record, is there
    except (SafetensorError, LookupError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{path} is not a whole gyeol model ({reason}); train it again") from error
    net = channels_last(net.to(pick_device())).eval().requires_grad_(False)
    return Parts(config, net, kinds, calibration, reference, threshold, record)


def _check_size(config: Config, crop: int) -> None:
    """Refuse a network that nobody would train, before memory is taken for it.

    Raises
    ------
    ValueError
    """
    if max(config.widths) > 1024 or max(config.blocks) > 64 or not 64 <= crop <= 4096:
        raise ValueError(
            f"a network of {config.widths} channels on crops of {crop} pixels is none of gyeol's"
        )


def _check_numbers(net: CellNet, kinds: Kinds, calibration: Calibration, threshold: float) -> None:
    """Refuse what cannot be: a threshold or a weight that is no number, a calibration of other kinds.

    Raises
    ------
    ValueError
    """
    for name, values in (("centre", calibration.centre), ("scale", calibration.scale)):
        if values.shape != (kinds.count,) or values.dtype.kind != "f" or not np.isfinite(values).all():
            raise ValueError(f"the calibration's {name} is not a number for each kind")
    if (calibration.scale <= 0).any():
        raise ValueError("a scale of the calibration is not above 0")
    if not math.isfinite(threshold):
        raise ValueError("the threshold is no number")
    tensors = [*net.state_dict().values(), *map(torch.from_numpy, kinds.to_arrays().values())]
    if not all(bool(torch.isfinite(each).all()) for each in tensors):
        raise ValueError("a weight is no number")


def weights_id(path: Path) -> str:
    """Name a detector by its weights, whatever its threshold: 16 hex digits.

    Raises
    ------
    ModelError
        If there is no detector.
    """
    return str(_read_description(path)["sha256"][WEIGHTS])[:16]


def _read_description(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTION
    if not path.exists():
        raise ModelError(f"no model at {path}; make one with: gyeol train DATA -o {path}")
    if not file.exists():
        raise ModelError(
            f"{printable(path)} is not a gyeol model: it has no {file.name}; give a folder of gyeol train"
        )
    try:
        description = json.loads(_read_file(file).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{printable(file)} is damaged (it is not JSON); train the model again") from error
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        found = description.get("schema") if isinstance(description, dict) else None
        raise ModelError(
            f"{file} is of form {found!r} and this gyeol reads form {SCHEMA}; train again or update gyeol"
        )
    sums = description.get("sha256")
    if not isinstance(sums, dict) or own_sum(description) != sums.get(DESCRIPTION):
        raise ModelError(
            f"{printable(file)} is damaged or was changed (its checksum is not the one in it); "
            "take a copy as it was written, or train again"
        )
    return description


def _read_file(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > LARGEST[path.name]:
            raise ModelError(
                f"{printable(path)} has {size:,} bytes, a gyeol model's has at most {LARGEST[path.name]:,}; "
                "this is another file"
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {printable(path)}: {error.strerror}; train the model again") from error


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
