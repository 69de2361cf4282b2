"""How a detector and a verdict show themselves in a notebook: small HTML, with nothing fetched and no script."""

from __future__ import annotations

import base64
import dataclasses
import io
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol.detect.config import Config

if TYPE_CHECKING:
    from gyeol.detect.detector import Detector
    from gyeol.detect.verdict import Verdict

SIDE = 224
"""Longer side of a heat map, in pixels."""
HOT = 10.0
"""Score that is drawn fully bright in a heat map where nothing is higher: a faint one must not look like an alarm."""
# From black over red and orange to pale yellow: lighter is more, for colour-blind people and in grey print as well.
RAMP = np.array([[0, 0, 0], [110, 10, 60], [200, 60, 20], [245, 150, 20], [255, 245, 180]], np.float32)


def detector_html(detector: Detector) -> str:
    """Show a detector's settings that are not the usual ones and, where it has learnt, what it is and promises."""
    usual = Config()
    rows = [
        (field.name, getattr(detector.config, field.name))
        for field in dataclasses.fields(usual)
        if getattr(detector.config, field.name) != getattr(usual, field.name)
    ]
    if not hasattr(detector, "threshold_"):
        return _table("Detector", [*rows, ("state", "has not learnt anything yet")])
    record = detector.record_
    estimate = record["estimate"]
    low, high = estimate["interval"]
    return _table(
        "Detector",
        [
            *rows,
            ("learnt from", f"{record['defects']:,} defects, {record['normals_learnt']:,} normals"),
            ("kinds of texture", f"{len(record['kinds']):,}"),
            ("threshold", f"{detector.threshold_:.2f}"),
            ("Macro F1 to expect", f"{estimate['macro_f1']:.4f} (95 % interval {low:.4f} to {high:.4f})"),
        ],
    )


def verdict_html(verdict: Verdict) -> str:
    """Show a verdict with its heat map."""
    answer = "defect" if verdict.answer else "normal"
    high = float(verdict.heat.max())
    table = _table(
        answer.capitalize(),
        [("score", f"{verdict.score:.2f}"), ("kind", verdict.kind), ("distance", f"{verdict.distance:.2f}")],
    )
    picture = heat_picture(verdict.heat)
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    body = base64.b64encode(stream.getvalue()).decode("ascii")
    return (
        f'<div style="display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start">{table}'
        f'<figure style="margin: 0"><img src="data:image/png;base64,{body}" width="{picture.width}" '
        f'height="{picture.height}" alt="Heat map, answer {answer}: black up to 0, the highest score is {high:.2f}">'
        f"<figcaption>heat map, highest score {high:.2f}</figcaption></figure></div>"
    )


def heat_picture(heat: NDArray[np.float32]) -> Image.Image:
    """Draw a heat map (H, W) in its own colours, fitted into a square of :data:`SIDE` pixels.

    Black is 0, a usual good surface, and below; the brightest is the map's highest score, or :data:`HOT` if that is
    more.
    """
    strength = np.clip(heat / max(HOT, float(heat.max())), 0, 1) * (len(RAMP) - 1)
    low = np.minimum(strength.astype(np.int64), len(RAMP) - 2)
    part = (strength - low)[..., None]
    colours = RAMP[low] * (1 - part) + RAMP[low + 1] * part
    image = Image.fromarray(np.round(colours).astype(np.uint8))
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return image


def _table(title: str, rows: Iterable[tuple[str, object]]) -> str:
    cells = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{escape(str(value))}</td></tr>'
        for name, value in rows
    )
    caption = f'<caption style="text-align: left"><strong>{escape(title)}</strong></caption>'
    return f"<table>{caption}<tbody>{cells}</tbody></table>"
