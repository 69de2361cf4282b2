"""`gyeol train`: learn a detector from a data folder."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import layout, reporting
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
@click.option(
    "--from",
    "review",
    type=click.Path(path_type=Path),
    metavar="REVIEW.db",
    help="Go on from the model that was served, with what people said: the file of gyeol serve --db.",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="The model to go on from, if it is not where it was served.",
)
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@layout.option
@reporting.file_option("loss curves, and the threshold with what it costs")
def command(
    data: Path,
    output: Path,
    minutes: float | None,
    steps: int | None,
    seed: int,
    folds: int,
    prevalence: float | None,
    review: Path | None,
    model: Path | None,
    resume: bool,
    layout: str | None,
    report: Path | None,
    lang: str,
) -> None:
    """Learn a detector from DATA, a folder in any layout that gyeol knows, and write it to a folder.

    Nothing from outside the folder is used. Ctrl-C leaves a state that --resume goes on from.

    With --from, DATA is the folder that the model was trained on, and the settings that are not given are the model's.
    """
    need_training()
    from gyeol.cli.work import Reviewed, train

    if minutes is not None and steps is not None:
        raise click.UsageError("give --minutes or --steps, not both")
    if model is not None and review is None:
        raise click.UsageError("--model needs --from; to train from nothing leave it out")
    settings = {"minutes": minutes, "steps": steps, "seed": seed, "folds": folds, "prevalence": prevalence}
    reporting.check_place(report)
    if review is not None:
        settings = {name: value for name, value in settings.items() if _given(name)}
    detector = train(data, output, settings, resume, layout, Reviewed(review, model) if review else None)
    reporting.write(report, lang, threshold=detector.threshold_, record=detector.record_)


def _given(name: str) -> bool:
    """Tell whether an option was written by the user."""
    source = click.get_current_context().get_parameter_source(name)
    return source is not click.core.ParameterSource.DEFAULT
