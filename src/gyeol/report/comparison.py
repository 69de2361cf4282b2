"""The comparison as a picture: accuracy against speed, and accuracy of each method with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gyeol.errors import OutputError
from gyeol.files import atomic_file

# Okabe & Ito's colours, which colour-blind people tell apart.
OWN, INSIDE, OUTSIDE = "#0072B2", "#009E73", "#D55E00"


def draw_comparison(rows: list[dict[str, Any]], path: Path) -> None:
    """Write a PNG file.

    Parameters
    ----------
    rows : list of dict
        As :func:`gyeol.compare.run.compare` gives them.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from matplotlib.figure import Figure  # needed only here, and slow to import

    figure = Figure(figsize=(11, 1.2 + 0.55 * max(4, len(rows))), dpi=120, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    ordered = sorted(rows, key=lambda row: row["macro_f1"])
    colours = [_colour(row) for row in ordered]
    for place, (row, colour) in enumerate(zip(ordered, colours, strict=True)):
        low, high = row["interval"]
        left.plot([low, high], [place, place], color=colour, linewidth=3, alpha=0.4, solid_capstyle="round")
        left.plot(row["macro_f1"], place, "o", color=colour, markersize=8)
        left.annotate(
            f"{row['macro_f1']:.4f}",
            (high, place),
            (7, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    left.set_yticks(range(len(ordered)), [f"{row['title']}  {rank}" for rank, row in _ranked(ordered)])
    left.set_xlim(min(0.4, *(row["interval"][0] for row in ordered)) - 0.02, 1.09)
    left.set_xlabel("Macro F1 at the chosen threshold, 95 % interval")
    for row, colour in zip(ordered, colours, strict=True):
        right.plot(row["images_s"], row["auroc"], "o", color=colour, markersize=8)
    for rank, row in _ranked(
        ordered
    ):  # to the left and right in turn, so that two near each other can be read
        offset = (9, 4) if rank % 2 else (-15, 4)
        right.annotate(
            str(rank), (row["images_s"], row["auroc"]), offset, textcoords="offset points", fontsize=9
        )
    right.set_xscale("log")
    right.set_xlabel("images a second, files to scores")
    right.set_ylabel("AUROC")
    right.margins(x=0.3, y=0.12)
    for axis in (left, right):
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    for colour, text in ((OWN, "gyeol"), (INSIDE, "this folder alone"), (OUTSIDE, "with external data")):
        left.plot([], [], "o", color=colour, label=text)
    figure.legend(loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    try:
        with atomic_file(path, "wb") as stream:
            figure.savefig(stream, format="png")
    except ValueError as error:
        raise OutputError(f"cannot draw {path}: {error}") from error


def _ranked(ordered: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Give each row its rank, 1 for the best; the worst comes first."""
    return [(len(ordered) - place, row) for place, row in enumerate(ordered)]


def _colour(row: dict[str, Any]) -> str:
    if row["asked"]["detector"] == "gyeol":
        return OWN
    return OUTSIDE if row["external_data"] else INSIDE
