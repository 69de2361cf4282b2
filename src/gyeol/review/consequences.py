"""What a threshold costs on the validated set: defects missed against false alarms, at every threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from gyeol.detect.threshold import expected_macro_f1, share_above, share_below

POINTS = 241
"""Thresholds along the slider."""


def consequences(record: dict[str, Any], threshold: float) -> dict[str, Any]:
    """Tabulate what to expect over the whole range of thresholds. Plain values, for JSON.

    Parameters
    ----------
    record : dict
        A detector's record: its scores are of images that the model scoring them was not trained on.
    threshold : float
        The one in use; it is among the points.

    Returns
    -------
    dict
        ``threshold``; ``prevalence`` that the detector assumed; ``defects`` and ``normals``, how many were scored;
        and lists over the thresholds ``at``: ``missed`` and ``alarms``, shares to expect; ``seen_missed`` and
        ``seen_alarms``, how many of the validated images; ``macro_f1`` at the prevalence.
    """
    defects = np.sort(np.array([row["score"] for row in record["defect_scores"]], np.float64))
    normals = np.sort(np.array(record["normal_scores"], np.float64))
    low = min(float(np.quantile(normals, 0.5)), threshold)
    high = max(float(defects[-1]), float(normals[-1]), threshold) + 1.0
    at = np.unique(np.append(np.linspace(low, high, POINTS), threshold))
    missed, alarms = share_below(defects, at), share_above(normals, at)
    prevalence = float(record["estimate"]["prevalence"])
    return {
        "threshold": threshold,
        "prevalence": prevalence,
        "defects": len(defects),
        "normals": len(normals),
        "at": at.tolist(),
        "missed": missed.tolist(),
        "alarms": alarms.tolist(),
        "seen_missed": np.searchsorted(defects, at, side="right").tolist(),
        "seen_alarms": (len(normals) - np.searchsorted(normals, at, side="right")).tolist(),
        "macro_f1": expected_macro_f1(missed, alarms, prevalence).tolist(),
    }
