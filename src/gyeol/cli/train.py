"""`gyeol train`: learn a detector from a data folder."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import defaults, layout, reporting, result, tracking
from gyeol.cli.extras import need_training


@click.command(name="train", short_help="Learn a detector from a data folder.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write the model to."
)
@click.option("--minutes", type=float, help="Time to spend on training; sets the number of steps.")
@click.option("--steps", type=int, help="Training steps; with the same seed they give the same model again.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--folds", type=int, default=3, show_default=True, help="Parts of the leak-free estimate.")
@click.option(
    "--prevalence", type=float, help="Share of defective images to expect, if known; moves the threshold."
)
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@defaults.set_option
@tracking.option
@layout.option
@reporting.file_option("loss curves, and the threshold with what it costs")
@result.option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    data: Path,
    output: Path,
    resume: bool,
    logs: tuple[str, ...],
    layout: str | None,
    report: Path | None,
    lang: str,
    as_json: bool,
    **_: object,  # what the detector is told: defaults.detector_settings gathers it
) -> None:
    """Learn a detector from DATA, a folder in any layout that gyeol knows, and write it to a folder.

    Nothing from outside the folder is used. Ctrl-C leaves a state that --resume goes on from.
    """
    need_training()
    from gyeol.cli.work import summary, train

    settings = defaults.detector_settings(ctx)
    tracking.check(logs)
    reporting.check_place(report)
    detector = train(data, output, settings, resume, layout, logs)
    reporting.write(report, lang, threshold=detector.threshold_, record=detector.record_)
    result.as_json(summary(detector, output), None, as_json)
