"""`gyeol train`: learn a detector from a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gyeol.cli import layout, reporting
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
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@layout.option
@reporting.file_option("loss curves, and the threshold with what it costs")
def command(
    data: Path,
    output: Path,
    detector: str,
    minutes: float | None,
    steps: int | None,
    seed: int,
    folds: int,
    prevalence: float | None,
    memory_gib: float,
    processes: int,
    resume: bool,
    layout: str | None,
    report: Path | None,
    lang: str,
) -> None:
    """Learn a detector from DATA, a folder in any layout that gyeol knows, and write it to a folder.

    Nothing from outside the folder is used. Ctrl-C leaves a state that --resume goes on from. Of more normals than
    --memory-gib holds (12,288 of 512x512 in 3 GiB), a random part is used.

    Another --detector has --minutes (5 unless told), --seed and --prevalence only. Its model is used like gyeol's own,
    except that it cannot be exported.

    Over several machines, start it with torchrun: torchrun --nnodes 2 --nproc-per-node 4 ... -m gyeol train ...
    """
    need_training()
    from gyeol.cli.processes import start
    from gyeol.cli.work import train, train_other
    from gyeol.detect.directory import OWN

    if minutes is not None and steps is not None:
        raise click.UsageError("give --minutes or --steps, not both")
    reporting.check_place(report)
    if detector == OWN:
        settings = {
            "minutes": minutes,
            "steps": steps,
            "seed": seed,
            "folds": folds,
            "prevalence": prevalence,
            "memory_gib": memory_gib,
        }
        if processes > 1 and start(processes):
            return
        made: AnyDetector = train(data, output, settings, resume, layout)
    else:
        own = {"--steps": steps is not None, "--folds": folds != 3, "--resume": resume}
        own["--processes"] = processes > 1
        if given := [name for name, value in own.items() if value]:
            raise click.UsageError(f"{', '.join(given)}: only gyeol's own detector has that")
        made = train_other(
            detector, data, output, 5.0 if minutes is None else minutes, seed, prevalence, layout
        )
    reporting.write(report, lang, threshold=made.threshold_, record=made.record_)
