"""A model with another threshold, beside the one it was made from: who, when and why; nothing is overwritten."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gyeol.detect import directory
from gyeol.detect.record import estimate
from gyeol.detect.threshold import expect
from gyeol.errors import ModelError
from gyeol.files import locked, printable

_LONGEST = 500
"""Characters of a name or a reason: they go into the card, which a person reads."""


def save_threshold(path: Path, threshold: float, who: str, why: str = "") -> tuple[Path, directory.Model]:
    """Write the model at `path`, with another threshold, to a new directory beside it.

    Parameters
    ----------
    path : Path
        The model, whichever detector made it; it stays as it is: ``model``, or a version of it such as ``model.v2``.
    threshold : float
        Calibrated score above which an image is called defective.
    who, why : str
        Who changed it, and for what reason. They are kept in ``detector.json`` under ``record.versions``, with the
        time, and are written on the card.

    Returns
    -------
    path : Path
        The new directory: ``model.v2``, ``model.v3``, ... The number is never used twice while both exist.
    model : Model
        What is in it.

    Raises
    ------
    ModelError
        If there is no model at `path`, the threshold is no finite number, or nobody is named.
    OutputError
        If the directory cannot be written, or another process is writing a version.
    """
    if not np.isfinite(threshold):
        raise ModelError(f"a threshold of {threshold} is no number; give a score")
    who, why = (printable(text.strip())[:_LONGEST] for text in (who, why))
    if not who:
        raise ModelError("a new version needs the name of who made it")
    path = path.resolve()
    name = re.sub(r"\.v\d+$", "", path.name)
    with locked(path.with_name(f".{name}.versions.lock")):
        model = directory.read(path)
        number = _newest(path.with_name(name)) + 1
        target = path.with_name(f"{name}.v{number}")
        change = {
            "version": number,
            "of": path.name,
            "before": model.threshold,
            "threshold": float(threshold),
            "who": who,
            "why": why,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        record = copy.deepcopy(model.record)
        choice = expect(
            np.array(record["normal_scores"], np.float64),
            np.array([row["score"] for row in record["defect_scores"]], np.float64),
            float(threshold),
            float(record["estimate"]["prevalence"]),
        )
        record["estimate"] = estimate(choice)
        record["versions"] = [*record.get("versions", []), change]
        model.threshold, model.record = float(threshold), record
        directory.write(target, model)
    return target, model


def newest_version(path: Path) -> Path:
    """Name the newest version of the model at `path`: itself where there is no other."""
    name = re.sub(r"\.v\d+$", "", path.resolve().name)
    number = _newest(path.resolve().with_name(name))
    return path if number == 1 else path.resolve().with_name(f"{name}.v{number}")


def _newest(path: Path) -> int:
    """Find the highest number of a version of `path`; the model itself is version 1."""
    numbers = [re.fullmatch(re.escape(path.name) + r"\.v(\d+)", each.name) for each in path.parent.iterdir()]
    return max([1, *(int(found[1]) for found in numbers if found)])
