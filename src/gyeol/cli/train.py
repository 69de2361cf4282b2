"""`gyeol train`: learn a detector from a data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from gyeol.cli import defaults, layout, reporting, result, tracking
from gyeol.cli.extras import need_training

if TYPE_CHECKING:
    from gyeol.plugins.opening import AnyDetector


@click.command(name="train", short_help="Learn a detector from a data folder.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write the model to."
)
@click.option(
    "--detector",
    default="gyeol",
    show_default=True,
    help="Another one to train: a baseline such as plain-resnet18d, or one that an installed package brings.",
)
@click.option("--minutes", type=float, help="Time to spend on training; sets the number of steps.")
@click.option("--steps", type=int, help="Training steps; with the same seed they give the same model again.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--folds", type=int, default=3, show_default=True, help="Parts of the leak-free estimate.")
@click.option(
    "--prevalence", type=float, help="Share of defective images to expect, if known; moves the threshold."
)
@click.option("--memory-gib", type=float, default=3.0, show_default=True, help="Room for training images.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes on this machine that train together, such as one for each GPU.",
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
    detector: str,
    processes: int,
    review: Path | None,
    model: Path | None,
    resume: bool,
    logs: tuple[str, ...],
    layout: str | None,
    report: Path | None,
    lang: str,
    as_json: bool,
    **_: object,  # what the detector is told: defaults.detector_settings gathers it
) -> None:
    """Learn a detector from DATA, a folder in any layout that gyeol knows, and write it to a folder.

    Nothing from outside the folder is used. Ctrl-C leaves a state that --resume goes on from. Of more normals than
    --memory-gib holds (12,288 of 512x512 in 3 GiB), a random part is used.

    With --from, DATA is the folder that the model was trained on, and the settings that are not given are the model's.

    Another --detector has --minutes (5 unless told), --seed and --prevalence only. Its model is used like gyeol's own,
    except that it cannot be exported.

    Over several machines, start it with torchrun: torchrun --nnodes 2 --nproc-per-node 4 ... -m gyeol train ...
    """
    need_training()
    from gyeol.cli.processes import start
    from gyeol.cli.work import Reviewed, summary, train, train_other
    from gyeol.detect.directory import OWN

    settings = defaults.detector_settings(ctx, with_file=review is None)
    if model is not None and review is None:
        raise click.UsageError("--model needs --from; to train from nothing leave it out")
    # By torchrun's own variable, as torch tells it: other launchers set WORLD_SIZE, too, which then means nothing here.
    by_torchrun = "TORCHELASTIC_RUN_ID" in os.environ and os.environ.get("WORLD_SIZE") != "1"
    if review is not None and (processes > 1 or by_torchrun):
        raise click.UsageError("--from goes on in one process; leave --processes and torchrun out")
    tracking.check(logs)
    reporting.check_place(report)
    if detector == OWN:
        if processes > 1 and start(processes):
            return
        reviewed = Reviewed(review, model) if review else None
        made: AnyDetector = train(data, output, settings, resume, layout, logs, reviewed)
    else:
        _refuse_own(ctx, settings)
        made = train_other(detector, data, output, settings, layout)
    reporting.write(report, lang, threshold=made.threshold_, record=made.record_)
    result.as_json(summary(made, output), None, as_json)


def _refuse_own(ctx: click.Context, settings: dict[str, Any]) -> None:
    """Refuse what only gyeol's own detector has."""
    options = {parameter.name: parameter.opts[0] for parameter in ctx.command.params}
    names = ("processes", "review", "model", "resume", "logs")
    given = [options[name] for name in names if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    given += [options.get(name, name) for name in sorted(settings.keys() - {"minutes", "seed", "prevalence"})]
    if given:
        raise click.UsageError(f"{', '.join(given)}: only gyeol's own detector has that")
