"""`gyeol predict`: score images with a detector."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import layout
from gyeol.cli.extras import need_training

PATH = click.Path(path_type=Path)


@click.command(name="predict", short_help="Score images with a detector and write a submission.")
@click.argument("model", type=PATH)
@click.argument("images", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, help="The submission to write (CSV).")
@click.option("--scores", type=PATH, help="Also write a table of scores (CSV).")
@click.option("--heatmaps", type=PATH, help="Also write pictures with the heat map laid over (PNG).")
@click.option("--raw-heatmaps", type=PATH, help="Also write bare heat maps (16-bit PNG), for evaluate.")
@click.option(
    "--unreadable",
    type=click.Choice(["stop", "defect", "normal"]),
    default="stop",
    show_default=True,
    help="What to answer for images that cannot be read.",
)
@layout.option
def command(
    model: Path,
    images: Path,
    output: Path,
    scores: Path | None,
    heatmaps: Path | None,
    raw_heatmaps: Path | None,
    unreadable: str,
    layout: str | None,
) -> None:
    """Judge IMAGES with the detector at MODEL.

    IMAGES is an image, a folder of them, or a data folder in any layout, whose test images are meant.
    With a sample_submission.csv beside the images, the submission has its rows and order; else one row an image,
    sorted by name. Nothing is written before all images are judged and the result is checked.
    """
    need_training()
    from gyeol.cli.work import predict
    from gyeol.detect.detector import Detector

    predict(Detector.load(model), images, output, scores, heatmaps, raw_heatmaps, unreadable, layout)
