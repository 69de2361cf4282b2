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
from gyeol.errors import ModelError, OutputError
from gyeol.files import atomic_directory

SCHEMA = 2
"""Version of the directory's form; a reader refuses what it does not know."""
WEIGHTS, DESCRIPTION, CARD = "weights.safetensors", "detector.json", "card.md"
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
    description = {
        "schema": SCHEMA,
        "detector": model.detector,
        "threshold": model.threshold,
        "config": model.config,
        "record": model.record,
        "sha256": {WEIGHTS: hashlib.sha256(blob).hexdigest()},
    }
    with atomic_directory(path) as folder:
        (folder / WEIGHTS).write_bytes(blob)
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        (folder / CARD).write_text(model_card(model.threshold, model.record), encoding="utf-8")


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
    if path.is_dir() and any(path.iterdir()) and not (path / DESCRIPTION).exists():
        raise OutputError(f"{path} holds something that is not a gyeol model; give a new folder")


def read(path: Path) -> Model:
    """Read a model's directory.

    Raises
    ------
    ModelError
        If a file is missing, damaged, or of another version.
    """
    description = _read_description(path)
    try:
        blob = (path / WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {path / WEIGHTS}: {error.strerror}; train the model again") from error
    sums = description.get("sha256")
    if not isinstance(sums, dict) or hashlib.sha256(blob).hexdigest() != sums.get(WEIGHTS):
        raise ModelError(f"{path / WEIGHTS} is damaged (its checksum is not the one in {DESCRIPTION})")
    try:
        return Model(
            _name(description),
            load_arrays(blob),
            dict(description["config"]),
            float(description["threshold"]),
            dict(description["record"]),
        )
    except (SafetensorError, LookupError, TypeError, ValueError) as error:
        raise not_whole(path, error) from error


def not_whole(path: Path, error: Exception) -> ModelError:
    """Make the error for a directory whose content does not belong together, with the reason."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ModelError(f"{path} is not a whole gyeol model ({reason}); train it again")


def detector_of(path: Path) -> str:
    """Name the detector that wrote the model at `path`.

    Raises
    ------
    ModelError
        If there is no model.
    """
    return _name(_read_description(path))


def weights_id(path: Path) -> str:
    """Name a model by its weights, whatever its threshold: 16 hex digits.

    Raises
    ------
    ModelError
        If there is no model.
    """
    return str(_read_description(path)["sha256"][WEIGHTS])[:16]


def _name(description: dict[str, Any]) -> str:
    """Give the writer's name; models from before there were plugins do not say it."""
    return str(description.get("detector", OWN))


def _read_description(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTION
    if not path.exists():
        raise ModelError(f"no model at {path}; make one with: gyeol train DATA -o {path}")
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{path} is not a gyeol model: cannot read {file.name} ({error.strerror})"
        ) from error
    except ValueError as error:
        raise ModelError(f"{file} is damaged (it is not JSON); train the model again") from error
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        found = description.get("schema") if isinstance(description, dict) else None
        raise ModelError(
            f"{file} is of form {found!r} and this gyeol reads form {SCHEMA}; train again or update gyeol"
        )
    return description
