"""`gyeol sample`: make a folder of synthetic competition data, with its answers."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gyeol.cli import result
from gyeol.cli.display import say
from gyeol.data.sample import SCALES, generate
from gyeol.files import printable


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--scale",
    type=click.Choice(list(SCALES)),
    default="demo",
    show_default=True,
    help="tiny: 148 images of 4 kinds; demo: 2,330 of 10; full: 15,920 of 10, as in the competition.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Another seed gives other textures and defects; the same seed the same files anywhere.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: all cores]")
@result.option
def command(folder: Path, scale: str, seed: int, workers: int | None, as_json: bool) -> None:
    """Write synthetic competition data to DIR, which must not exist or be empty.

    DIR gets train/ and test/ as in the competition, and key/ with the answers, for `gyeol evaluate`.
    """
    size = SCALES[scale]
    total = size.normals + size.defects + size.test
    console = Console(stderr=True)
    columns = (TextColumn("sample"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("sample", total=total)
        generate(folder, size, seed, workers, lambda done: bar.advance(task, done))
    say(f"{printable(folder)}: {total:,} images, seed {seed}, answers in key/")
    made = {"defects": size.defects, "normals": size.normals, "test": size.test, "seed": seed}
    result.as_json({"folder": folder, "key": folder / "key", **made}, None, as_json)
