"""How the training went."""

from __future__ import annotations

from typing import Any

from gyeol.report.charts.losses import losses
from gyeol.report.elements import Cell, Section, Table, count
from gyeol.report.sources import Sources
from gyeol.report.words import Words


def training(sources: Sources, words: Words) -> Section | None:
    """Show the loss curves, and what was learnt from on what."""
    record = sources.record
    if record is None:
        return None
    curves = losses(record["history"], words)
    made_by = record.get("detector")
    rows = [] if made_by is None else [[Cell(words("training.detector")), Cell(_named(made_by))]]
    rows += [
        [Cell(words("training.defects")), count(record["defects"])],
        [Cell(words("training.normals")), count(record["normals_learnt"])],
        [Cell(words("training.held_out")), count(record["normals_held_out"])],
    ]
    if made_by is None:
        rows += [
            [Cell(words("training.kinds")), count(len(record["kinds"]))],
            [
                Cell(words("training.backgrounds")),
                Cell(f"{len(record['backgrounds'])} / {len(record['kinds'])}"),
            ],
            [Cell(words("training.levels")), Cell(_range(record["levels"]))],
            [Cell(words("training.gain")), Cell(f"{record['gain']:.2f}", record["gain"])],
            [Cell(words("training.not_learnt")), count(record["not_learnt"])],
            [Cell(words("training.steps")), count(record["steps"])],
            [Cell(words("training.crop")), count(record["crop_size"])],
        ]
    rows += [
        [Cell(words("training.seconds")), Cell(f"{record['seconds']:,.0f}", record["seconds"])],
        [Cell(words("training.device")), Cell(str(record["device"]))],
        [Cell(words("training.data")), Cell(str(record["data"]))],
    ]
    table = Table(
        words("training.table"), [words("training.what"), words("training.value")], rows, fixed=True
    )
    return Section(
        "training",
        words("training.title"),
        {"charts": [curves] if curves else [], "table": table},
    )


def _range(values: list[float]) -> str:
    """Give the least and the largest of some values."""
    return f"{min(values):.2f} – {max(values):.2f}"


def _named(detector: dict[str, Any]) -> str:
    """Name a plugin's detector and the package that brought it."""
    return f"{detector['title']} ({detector['package']})"
