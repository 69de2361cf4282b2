"""`gyeol errors`: look at every miss and false alarm."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import layout, result
from gyeol.cli.extras import need_training

PATH = click.Path(path_type=Path)


@click.command(name="errors", short_help="Draw every miss and false alarm with its heat map.")
@click.argument("model", type=PATH)
@click.argument("images", type=PATH)
@click.argument("scores", type=PATH)
@click.argument("key", type=PATH)
@click.option(
    "-o", "--output", required=True, type=PATH, help="Folder for the pictures; must be new or empty."
)
@click.option("--masks", type=PATH, help="The key's masks, if not beside the key.")
@layout.option
@result.option
def command(
    model: Path,
    images: Path,
    scores: Path,
    key: Path,
    output: Path,
    masks: Path | None,
    layout: str | None,
    as_json: bool,
) -> None:
    """Draw what SCORES (of `gyeol predict MODEL IMAGES --scores`) has wrong by KEY.

    OUTPUT gets one sheet or more for every kind of texture, the gravest first: each image, and beside it the same
    with its heat map and, in turquoise, the outline of the true defect. errors.csv lists them all.
    """
    need_training()
    from gyeol.cli.display import say
    from gyeol.cli.work import mistakes
    from gyeol.files import require_empty
    from gyeol.plugins.opening import load_detector
    from gyeol.report.errors import write_mistakes

    require_empty(output, "the pictures")  # better known before the work than after it
    detector = load_detector(model)
    found = mistakes(detector, images, scores, key, masks, layout)
    sheets = write_mistakes(output, found, detector.threshold_)
    misses = sum(mistake.truth for mistake in found)
    say(f"{misses:,} misses and {len(found) - misses:,} false alarms in {len(sheets):,} sheets: {output}")
    made = {"folder": output, "misses": misses, "false_alarms": len(found) - misses, "sheets": sheets}
    result.as_json(made, None, as_json)
