"""`gyeol compare`: several detectors on one folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import click

from gyeol.cli import layout, reporting, result
from gyeol.cli.extras import need_training
from gyeol.cli.layout import key_of_layout, require_test

PATH = click.Path(path_type=Path)


@click.command(name="compare", short_help="Train gyeol and others on one folder and compare them.")
@click.argument("data", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, help="Folder for the rows; those in it are kept.")
@click.option("--key", type=PATH, help="Answers of the test images.  [default: DATA/key, or the layout's]")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Training time of each.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option("--detectors", help="Names with commas between.  [default: all that are installed]")
@result.option
@layout.option
@reporting.language
def command(
    data: Path,
    output: Path,
    key: Path | None,
    minutes: float,
    seed: int,
    detectors: str | None,
    as_json: bool,
    layout: str | None,
    lang: str,
) -> None:
    """Train each detector on DATA, score its test images and compare with the key.

    One detector at a time, each in a process of its own: same folder, cores and minutes. A comparison that was stopped
    goes on with the same command. OUTPUT gets compare.json, compare.png, report.html, and for every detector a folder
    with its scores and its model.

    Detectors are gyeol's own, the baselines that come with it (plain-resnet18d, rotated-leaky, rotated, patch-memory,
    autoencoder, filter-bank), and those of other packages that are installed.
    """
    need_training()
    from rich.console import Console

    from gyeol.cli.display import say
    from gyeol.compare.run import compare
    from gyeol.data.layouts import read_training_data
    from gyeol.data.names import test_rows
    from gyeol.files import locked
    from gyeol.metrics.answers import check_key, find_key

    names = _chosen(detectors)
    dataset = read_training_data(data, layout)
    require_test(dataset, data)
    if key is None and not (data / "key").is_dir():
        key = key_of_layout(dataset, output / "key")
    key = find_key(key or data / "key")
    if not key.is_file():
        raise click.UsageError(f"no {key}; give the answers of the test images with --key")
    check_key(key, data, [name for name, _ in test_rows(dataset)])
    output.mkdir(parents=True, exist_ok=True)
    with locked(output / ".lock"):
        rows = [compare(name, data, key, output / name, seed, minutes, say, layout) for name in names]
        result.as_json({"rows": rows}, output / "compare.json", as_json)
        if importlib.util.find_spec("matplotlib"):
            from gyeol.report.comparison import draw_comparison

            draw_comparison(rows, output / "compare.png")
        else:
            say("no compare.png: pip install 'gyeol[compare]' brings what draws it")
        reporting.write(output / "report.html", lang, comparison=tuple(rows))
    if not as_json:
        Console(highlight=False).print(table(rows))


def _chosen(given: str | None) -> list[str]:
    """Choose the detectors: those named, or all that can be used."""
    from gyeol.cli.display import say
    from gyeol.detect.directory import OWN
    from gyeol.errors import MissingExtraError, ModelError
    from gyeol.plugins.registry import load, names

    there = names()
    wanted = there if given is None else [name.strip() for name in given.split(",") if name.strip()]
    if not wanted:
        raise click.UsageError(f"--detectors names none; there are {', '.join(there)}")
    usable = []
    for name in dict.fromkeys(wanted):
        try:
            if name != OWN:
                load(name)
        except (MissingExtraError, ModelError) as error:
            if given is not None:
                raise
            say(f"{name} is left out: {error}")
        else:
            usable.append(name)
    return usable


def table(rows: list[dict[str, Any]]) -> Any:
    """Lay the rows out for a terminal, the best first."""
    from rich.table import Table

    made = Table()
    columns = (
        "Macro F1",
        "best",
        "AUROC",
        "AP",
        "misses",
        "alarms",
        "validation",
        "train s",
        "images/s",
        "MiB",
        "model MiB",
    )
    made.add_column("detector", overflow="fold")
    for column in columns:
        made.add_column(column, justify="right")
    made.add_column("external data")
    for row in sorted(rows, key=lambda row: -row["macro_f1"]):
        made.add_row(
            row["title"],
            *(f"{row[name]:.4f}" for name in ("macro_f1", "best_macro_f1", "auroc", "average_precision")),
            *(f"{row[name]:,}" for name in ("misses", "false_alarms")),
            f"{row['validation']:.4f}",
            *(f"{row[name]:,.0f}" for name in ("train_s", "images_s", "peak_mib")),
            f"{row['size_mib']:.1f}",
            "yes" if row["external_data"] else "no",
        )
    return made
