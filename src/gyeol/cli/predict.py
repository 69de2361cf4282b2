"""`gyeol predict`: score images with a detector."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from gyeol.cli import layout as layouts
from gyeol.cli import result
from gyeol.engine.judge import ENGINES

PATH = click.Path(path_type=Path)


@click.command(name="predict", short_help="Score images with a detector and write a submission.")
@click.argument("model", type=PATH)
@click.argument("images")
@click.option(
    "-o",
    "--output",
    required=True,
    help="The submission to write (CSV); with --cluster, a folder for Parquet files.",
)
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
@click.option(
    "--cluster", help="Judge on the Ray cluster at this address; 'local' starts one on this machine."
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes of a cluster.  [default: one a core]")
@click.option("--heat", is_flag=True, help="With --cluster, also keep heat maps, in the Parquet files.")
@click.option(
    "--resume", is_flag=True, help="With --cluster, go on in an output folder: what is there is kept."
)
@layouts.option
@result.option
def command(
    model: Path,
    images: str,
    output: str,
    scores: Path | None,
    heatmaps: Path | None,
    raw_heatmaps: Path | None,
    unreadable: str,
    engine: str,
    cluster: str | None,
    workers: int | None,
    heat: bool,
    resume: bool,
    layout: str | None,
    as_json: bool,
) -> None:
    """Judge IMAGES with the detector at MODEL.

    MODEL is the folder of `gyeol train`, or the file of `gyeol export`, which is judged with faster and without torch.

    IMAGES is an image, a folder of them, or a data folder in any layout, whose test images are meant.
    With a sample_submission.csv beside the images, the submission has its rows and order; else one row an image,
    sorted by name. Nothing is written before all images are judged and the result is checked.

    With --cluster, IMAGES may also be a glob, a manifest (.csv or .parquet with a column path) or a URL such as
    s3://bucket/folder, MODEL is an .onnx file, and an image that cannot be read becomes a row that says why.
    """
    if cluster is not None:
        given = [scores, heatmaps, raw_heatmaps, unreadable != "stop", engine != "auto"]
        if any(given):
            raise click.UsageError("--cluster writes Parquet files only; take --heat for heat maps")
        from gyeol.cli.clustered import predict_on_cluster

        done = predict_on_cluster(model, images, output, cluster, workers, resume, heat)
        result.as_json({"folder": output, **dataclasses.asdict(done)}, None, as_json)
        return
    if workers or heat or resume:
        raise click.UsageError("--workers, --heat and --resume are for --cluster")
    from gyeol.cli.judging import predict
    from gyeol.cores import cores
    from gyeol.engine.judge import open_judge

    judge = open_judge(model, engine, cores(), heat=bool(heatmaps or raw_heatmaps))
    counts = predict(judge, Path(images), Path(output), scores, heatmaps, raw_heatmaps, unreadable, layout)
    places = {"scores": scores, "heatmaps": heatmaps, "raw_heatmaps": raw_heatmaps}
    result.as_json({"submission": output, **places, **counts}, None, as_json)
