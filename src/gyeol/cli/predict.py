"""`gyeol predict`: score images with a detector."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.engine.judge import ENGINES

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
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What computes: torch for a training's folder, OpenVINO or ONNX Runtime for an exported model.",
)
def command(
    model: Path,
    images: Path,
    output: Path,
    scores: Path | None,
    heatmaps: Path | None,
    raw_heatmaps: Path | None,
    unreadable: str,
    engine: str,
) -> None:
    """Judge IMAGES (a folder, an image, or a data folder with test/images) with the detector at MODEL.

    MODEL is the folder of `gyeol train`, or the file of `gyeol export`, which is judged with faster and without torch.

    With a sample_submission.csv beside the images, the submission has its rows and order; else one row an image,
    sorted by name. Nothing is written before all images are judged and the result is checked.
    """
    from gyeol.cli.judging import predict
    from gyeol.engine.cores import cores
    from gyeol.engine.judge import open_judge

    judge = open_judge(model, engine, cores())
    predict(judge, images, output, scores, heatmaps, raw_heatmaps, unreadable)
