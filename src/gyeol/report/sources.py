"""What a report is made from: the facts that the commands write, and where the images are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gyeol.metrics.answers import Compared
from gyeol.report.errors import Mistake


@dataclass(frozen=True)
class Sources:
    """The parts that a report can have; a part whose source is missing is left out.

    Parameters
    ----------
    facts : dict or None
        As explore.json holds them.
    data : Path or None
        The folder that the facts' names are relative to; without it there are no pictures of the kinds and copies.
    threshold : float or None
        The detector's, on the calibrated scale.
    record : dict or None
        The detector's training record.
    evaluation : dict or None
        As evaluation.json holds it.
    compared : Compared or None
        The answers behind the evaluation, for its curves.
    mistakes : tuple of Mistake
        The gravest ones, judged again, with their heat maps.
    comparison : tuple of dict
        Rows of :func:`gyeol.compare.run.compare`.
    """

    facts: dict[str, Any] | None = None
    data: Path | None = None
    threshold: float | None = None
    record: dict[str, Any] | None = None
    evaluation: dict[str, Any] | None = None
    compared: Compared | None = None
    mistakes: tuple[Mistake, ...] = ()
    comparison: tuple[dict[str, Any], ...] = ()
