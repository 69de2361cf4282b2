"""`gyeol convert`: write a data folder in another layout, and split it."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import layout, result
from gyeol.cli.display import say
from gyeol.data.convert import WRITERS, check_output, convert
from gyeol.data.layouts import find_layout
from gyeol.data.layouts.competition import read_with_key
from gyeol.data.split import DEFECTS, NORMALS_SHARE, split_dataset
from gyeol.files import printable

PATH = click.Path(path_type=Path)


@click.command(name="convert", short_help="Write a data folder in another layout, and split it.")
@click.argument("data", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, help="Folder to write; must be new or empty.")
@click.option("--to", type=click.Choice(list(WRITERS)), default="competition", show_default=True)
@click.option(
    "--defects",
    type=click.IntRange(min=1),
    help=f"Draw so many test defects of each type to learn from.  [without a split: {DEFECTS}]",
)
@click.option(
    "--normals-share",
    type=click.FloatRange(0, 1),
    help=f"Draw this share of the test normals to learn from.  [without a split: {NORMALS_SHARE}]",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the draw.")
@click.option("--link", is_flag=True, help="Make links to the originals instead of copies.")
@layout.option
@result.option
def command(
    data: Path,
    output: Path,
    to: str,
    defects: int | None,
    normals_share: float | None,
    seed: int,
    link: bool,
    layout: str | None,
    as_json: bool,
) -> None:
    """Write DATA in another layout to OUTPUT, with a key where the labels of the test are known.

    Data without a split get one. Of data whose labelled defects are all in the test, --defects moves some to training.
    All pictures of one piece stay on one side. Pixels are never written anew, but masks that are drawn as shapes are.
    """
    found = find_layout(data, layout)
    dataset = read_with_key(data) if found.name == "competition" else found.read(data)
    check_output(output, dataset.root)
    for note in dataset.notes:
        say(note)
    if defects is not None or normals_share is not None or not dataset.split:
        unsplit = not dataset.key
        each = defects if defects is not None else DEFECTS if unsplit else 0
        share = normals_share if normals_share is not None else NORMALS_SHARE if unsplit else 0.0
        say(f"drawing {each} defects of each type and {share:.0%} of the normals to learn from, seed {seed}")
        dataset = split_dataset(dataset, each, share, seed)
    convert(dataset, output, to, link)
    test = f"{len(dataset.test):,} test images"
    if dataset.key:
        test += f", {sum(image.defective for image in dataset.key):,} of them defects"
    say(
        f"{printable(output)}: {found.name} to {to}: {len(dataset.defects):,} defects and "
        f"{len(dataset.normals):,} normals to learn from, {test}"
    )
    if not dataset.defects:
        say("there are no defects to learn from in it; --defects 6 would draw six of each type from the test")
    made = {
        "folder": output,
        "from": found.name,
        "to": to,
        "defects": len(dataset.defects),
        "normals": len(dataset.normals),
        "test": len(dataset.test),
        "test_defects": sum(image.defective for image in dataset.key) if dataset.key else None,
    }
    result.as_json(made, None, as_json)
