"""A model's directory: `weights.safetensors`, `detector.json`, `card.md`. Data only; loading runs nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from gyeol.detect.record import model_card
from gyeol.errors import ModelError, OutputError, first_line
from gyeol.files import atomic_directory, printable

SCHEMA = 9
"""Version of the directory's form; a reader refuses what it does not know."""
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "detector.json", "card.md"
LARGEST = {WEIGHTS: 512 * 2**20, DESCRIPTION: 64 * 2**20, CARD: 2**20}
"""Bytes that a file may have; gyeol's own have a hundredth of it."""
OWN = "gyeol"
"""The name of gyeol's own detector among those that can write a model."""


@dataclass
class Model:
    """What a model's directory holds, whichever detector wrote it.

    Parameters
    ----------
    detector : str
        The name of the detector that wrote it, :data:`OWN` or a plugin's.
    arrays : dict of ndarray
        What was learnt.
    config : dict
        The settings, plain values.
    threshold : float
    record : dict
        See :mod:`gyeol.detect.record`.
    """

    detector: str
    arrays: dict[str, NDArray[Any]]
    config: dict[str, Any]
    threshold: float
    record: dict[str, Any]


def write(path: Path, model: Model) -> None:
    """Write a model's directory, whole or not at all.

    Raises
    ------
    OutputError
        If `path` holds something that is not a model, or cannot be written.
    """
    check_place(path)
    # safetensors takes the bytes as they lie in memory, so they have to lie in rows.
    blob = save_arrays({name: np.asarray(value, order="C") for name, value in model.arrays.items()})
    card = model_card(model.threshold, model.record).encode()
    description: dict[str, Any] = {
        "schema": SCHEMA,
        "detector": model.detector,
        "threshold": model.threshold,
        "config": model.config,
        "record": model.record,
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
    """Refuse a place that holds something other than a model, before hours are spent on one.

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
    if path.is_dir() and any(path.iterdir()) and not is_model(path):
        raise OutputError(f"{path} holds something that is not a gyeol model; give a new folder")


def is_model(path: Path) -> bool:
    """Tell whether a model was written there."""
    return (path / DESCRIPTION).exists()


def read(path: Path) -> Model:
    """Read a model's directory.

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
        model = Model(
            str(description["detector"]),
            load_arrays(blob),
            dict(description["config"]),
            float(description["threshold"]),
            dict(description["record"]),
        )
        _check_numbers(model)
        model_card(model.threshold, model.record)  # whatever else is asked of the record, is there
    except UNFIT as error:
        raise not_whole(path, error) from error
    return model


UNFIT = (SafetensorError, LookupError, TypeError, ValueError, RuntimeError, AttributeError, OverflowError)
"""What is raised where a model's parts are not what they should be."""


def _check_numbers(model: Model) -> None:
    """Refuse numbers with which every image would be called normal, without a word."""
    for name, values in {**model.arrays, "threshold": np.array(model.threshold)}.items():
        if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
            raise ValueError(f"{name} holds what is no finite number")


def not_whole(path: Path, error: Exception) -> ModelError:
    """Make the error for a directory whose content does not belong together, with the reason."""
    reason = printable(first_line(error))[:200]
    return ModelError(f"{printable(path)} is not a whole gyeol model ({reason}); train it again")


def detector_of(path: Path) -> str:
    """Name the detector that wrote the model at `path`.

    Raises
    ------
    ModelError
        If there is no model.
    """
    try:
        return str(_read_description(path)["detector"])
    except KeyError as error:
        raise not_whole(path, error) from error


def weights_id(path: Path) -> str:
    """Name a model by its weights, whatever its threshold: 16 hex digits.

    Raises
    ------
    ModelError
        If there is no model.
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
    except (ValueError, RecursionError) as error:  # lists in lists without end
        raise ModelError(f"{printable(file)} is damaged (it is not JSON); train the model again") from error
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        found = description.get("schema") if isinstance(description, dict) else None
        raise ModelError(
            f"{printable(file)} is of form {printable(repr(found))[:40]} and this gyeol reads form {SCHEMA}; "
            "train again or update gyeol"
        )
    sums = description.get("sha256")
    if not isinstance(sums, dict) or own_sum(description) != sums.get(DESCRIPTION):
        raise ModelError(
            f"{printable(file)} is damaged or was changed (its checksum is not the one in it); "
            "take a copy as it was written, or train again"
        )
    return description


def _read_file(path: Path) -> bytes:
    """Read a file of bounded size."""
    try:
        if (size := path.stat().st_size) > LARGEST[path.name]:
            raise ModelError(
                f"{printable(path)} has {size:,} bytes, a gyeol model's has at most {LARGEST[path.name]:,}; "
                "this is another file"
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {printable(path)}: {error.strerror}; train the model again") from error
