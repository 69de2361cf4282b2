"""`gyeol verify`: produce the figures on a model's card again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from gyeol.cli import layout as layouts
from gyeol.cli import result
from gyeol.cli.extras import need_training

WIDTH = 11


@click.command(name="verify", short_help="Produce the figures on a model's card again.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--retrain", is_flag=True, help="Also train again and compare: takes as long as the training did."
)
@layouts.option
@result.option
@click.pass_context
def command(
    ctx: click.Context, model: Path, data: Path, retrain: bool, layout: str | None, as_json: bool
) -> None:
    """Produce the figures on the card of MODEL again, from the model and DATA, the folder that it was trained on.

    Says of each figure whether it was reproduced, differs, or was not checked. Exits with 0 if all that was checked is
    reproduced, with 1 if something differs, and with 2 if the model or the data cannot be read.
    """
    need_training()
    from gyeol.cli.display import counting, say, training
    from gyeol.data.layouts import read_training_data
    from gyeol.detect.verify import verify

    dataset = read_training_data(data, layout)
    findings = []
    with counting("reading images") as loading, counting("judging images") as judging, training() as report:
        for found in verify(
            model,
            dataset,
            retrain=retrain,
            loading=loading,
            judging=judging,
            train=lambda fresh: fresh.fit(dataset, report=report, say=say),
        ):
            findings.append(found)
            if not as_json:
                click.echo(f"{found.outcome:<{WIDTH}}  {found.claim}: {found.told}")
    differ = sum(found.outcome == "differs" for found in findings)
    unchecked = sum(found.outcome == "not checked" for found in findings)
    if as_json:
        rows = [dataclasses.asdict(found) for found in findings]
        result.as_json({"ok": not differ, "findings": rows}, None, True)
    elif differ:
        click.echo(f"{differ} of {len(findings)} claims cannot be produced again")
    else:
        left = f"; {unchecked} not checked" if unchecked else ""
        click.echo(f"OK: {len(findings) - unchecked} of {len(findings)} claims were produced again{left}")
    if differ:
        ctx.exit(1)
