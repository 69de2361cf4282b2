"""The agreement between who writes an exported graph and who runs it: the names of what goes in and comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.reference import Reference
from gyeol.detect.verdict import Verdict
from gyeol.errors import ModelError
from gyeol.files import printable

INPUT = "image"
VERDICT = ("score", "answer", "kind", "distance", "heat", "background")
"""Outputs that say what is thought of the image, as in :class:`gyeol.detect.verdict.Verdict`."""
HEAT = "heat"
NO_HEAT = np.empty((0, 0), np.float32)
SCHEMA, THRESHOLD, USUAL, PRECISION = "schema", "threshold", "usual_shape", "precision"
"""Outputs that are the same for every image: the form of the graph, the score above which an image is defective, the
height and width of most training images (runtimes are faster for a shape that is known beforehand; 0, 0: they
differ) and the arithmetic meant for it (an index into :data:`PRECISIONS`)."""
REFERENCE = {
    name: f"reference_{name}" for name in ("centre", "spread", "quantiles", "shown", "sides", "counts")
}
"""Outputs that are the same for every image, too: what the training images were like, as in
:class:`gyeol.detect.reference.Reference`, by the names there."""
FORM = 4
MARGIN = "margin"
"""Output that is the same for every image, too: the largest difference from the detector's own score, of the training
images near the threshold. On other images a difference may be larger."""
PRECISIONS = ("fp32", "bf16", "int8")


def check_form(path: Path, form: Any) -> None:
    """Refuse a graph of another form than this gyeol reads, before more is asked of it.

    Raises
    ------
    ModelError
    """
    if int(form) != FORM:
        raise ModelError(
            f"{printable(path)} is of form {int(form)} and this gyeol reads form {FORM}; "
            "export it again, or update gyeol"
        )


def settings(
    path: Path, threshold: Any, margin: Any, reference: Mapping[str, Any]
) -> tuple[float, float, Reference]:
    """Check the constants of a graph; give the threshold, the margin and what the training images were like.

    Parameters
    ----------
    path : Path
        The file, for the message.
    threshold, margin : array
        The outputs of those names.
    reference : mapping
        The outputs of :data:`REFERENCE`, by the names in the Reference.

    Raises
    ------
    ModelError
        If a number is impossible.
    """
    try:
        kept = Reference.from_arrays(reference, len(reference["centre"]))
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{printable(path)} is not a whole gyeol model ({error}); export it again"
        ) from error
    if not (math.isfinite(threshold) and math.isfinite(margin)):
        raise ModelError(f"{printable(path)} has no threshold that is a number; export it again")
    return float(threshold), float(margin), kept


def wanted(heat: bool) -> list[str]:
    """Name the outputs to ask for, with or without the heat map."""
    return [name for name in VERDICT if heat or name != HEAT]


def verdict(values: Mapping[str, Any]) -> Verdict:
    """Make a verdict of the outputs of a graph by name; of a graph without it, the heat map is empty."""
    heat: NDArray[np.float32] = np.array(values.get(HEAT, NO_HEAT), np.float32)
    return Verdict(
        score=float(values["score"]),
        answer=int(values["answer"]),
        kind=int(values["kind"]),
        distance=float(values["distance"]),
        heat=heat,
        background=float(values["background"]),
    )
