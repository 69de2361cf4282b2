"""How the loss fell while training."""

from __future__ import annotations

from typing import Any

from gyeol.report.drawing import DEFECT, INK, INSIDE, NORMAL, TEST, drawing
from gyeol.report.elements import Drawing
from gyeol.report.words import Words

VALIDATION = "validation"
EVERY = 20
"""Steps of a phase between two of its training rows."""


def losses(history: list[dict[str, Any]], words: Words) -> Drawing | None:
    """Draw the phases: the trunk, and beside it what is fine-tuned from it.

    Parameters
    ----------
    history : list of dict
        Rows of phase, step and loss, as in a training record.

    Returns
    -------
    Drawing or None
        None for a training so short that no loss was written down.
    """
    curves = by_phase(history)
    if not curves:
        return None
    phases = list(dict.fromkeys(phase for phase, _ in curves))
    groups = [
        group for group in ([p for p in phases if p == "trunk"], [p for p in phases if p != "trunk"]) if group
    ]
    with drawing("losses", height=280) as chart:
        panels = chart.axes(1, len(groups), sharey=True)
        for axes, group in zip(panels, groups, strict=True):
            for place, phase in enumerate(group):
                colour = {"trunk": NORMAL, "final": DEFECT}.get(phase, (TEST, INSIDE, NORMAL)[place % 3])
                for validated in (False, True):
                    points = curves.get((phase, validated), [])
                    if not points:
                        continue
                    steps, values = zip(*points, strict=True)
                    (line,) = axes.plot(
                        steps,
                        values,
                        color=colour,
                        linestyle="--" if validated else "-",
                        linewidth=2.0 if phase in ("trunk", "final") else 1.1,
                        marker="." if len(points) == 1 else "",
                        label=None if validated else _name(phase, words),
                    )
                    what = words("losses.validation") if validated else words("losses.training")
                    chart.tip(line, f"{_name(phase, words)}, {what}: {values[0]:.3f} → {values[-1]:.3f}")
            axes.set_xlabel(words("losses.step"))
            axes.locator_params(axis="x", integer=True, nbins=5)
        panels[0].set_ylabel(words("losses.loss"))
        panels[-1].plot([], [], "--", color=INK, linewidth=1.2, label=words("losses.validation"))
        chart.figure.legend(loc="outside upper left", ncols=3, handlelength=1.6, columnspacing=1.2)
        said = "; ".join(
            f"{_name(phase, words)} {points[0][1]:.2f} → {points[-1][1]:.2f}"
            for (phase, validated), points in curves.items()
            if not validated
        )
        title = words("losses.title")
        return Drawing(chart.svg(f"{title}. {said}"), title, words("losses.caption"))


def by_phase(history: list[dict[str, Any]]) -> dict[tuple[str, bool], list[tuple[int, float]]]:
    """Gather steps and losses by phase, training and validation apart.

    A row of validation does not name its phase. Between two phases it is of the later one if that had begun by then,
    which was :data:`EVERY` steps before its first training row.
    """
    curves: dict[tuple[str, bool], list[tuple[int, float]]] = {}
    for place, row in enumerate(history):
        phase = row["phase"]
        if phase == VALIDATION:
            after = next((r for r in history[place + 1 :] if r["phase"] != VALIDATION), None)
            before = next((r for r in reversed(history[:place]) if r["phase"] != VALIDATION), None)
            begun = after is not None and after["step"] - EVERY < row["step"] <= after["step"]
            found = after if after is not None and (begun or before is None) else before
            if found is None:
                continue
            phase = found["phase"]
        curves.setdefault((phase, row["phase"] == VALIDATION), []).append(
            (int(row["step"]), float(row["loss"]))
        )
    return curves


def _name(phase: str, words: Words) -> str:
    if phase.startswith("fold "):
        return words("losses.fold", n=phase.removeprefix("fold "))
    return words(f"losses.{phase}") if phase in ("trunk", "final") else phase
