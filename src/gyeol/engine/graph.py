"""The agreement between who writes an exported graph and who runs it: the names of what goes in and comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.verdict import Verdict

INPUT = "image"
VERDICT = ("score", "answer", "kind", "distance", "heat")
"""Outputs that say what is thought of the image, as in :class:`gyeol.detect.verdict.Verdict`."""
SCHEMA, THRESHOLD, USUAL, PRECISION = "schema", "threshold", "usual_shape", "precision"
"""Outputs that are the same for every image: the form of the graph, the score above which an image is defective, the
height and width of most training images (runtimes are faster for a shape that is known beforehand; 0, 0: they
differ) and the arithmetic meant for it (an index into :data:`PRECISIONS`)."""
FORM = 1
PRECISIONS = ("fp32", "bf16", "int8")


def verdict(values: Mapping[str, Any]) -> Verdict:
    """Make a verdict of the outputs of a graph by name."""
    heat: NDArray[np.float32] = np.array(values["heat"], np.float32)
    return Verdict(
        score=float(values["score"]),
        answer=int(values["answer"]),
        kind=int(values["kind"]),
        distance=float(values["distance"]),
        heat=heat,
    )
