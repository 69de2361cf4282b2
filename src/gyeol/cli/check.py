"""`gyeol check`: say exactly what is wrong with a submission."""

from __future__ import annotations

from pathlib import Path

import click

from gyeol.cli import result
from gyeol.data.submission import inspect_submission


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.argument("sample_submission", type=click.Path(path_type=Path))
@result.option
@click.pass_context
def command(ctx: click.Context, submission: Path, sample_submission: Path, as_json: bool) -> None:
    """Say exactly what is wrong with SUBMISSION, compared with SAMPLE_SUBMISSION.

    Exits with 0 if nothing is, with 1 and a line for each problem if something is, and with 2 if a file
    cannot be read.
    """
    found = inspect_submission(submission, sample_submission)
    if as_json:
        said = {
            "ok": not found.problems,
            "rows": found.rows,
            "problems": found.problems,
            "warnings": found.warnings,
        }
        result.as_json(said, None, True)
    else:
        for problem in found.problems:
            click.echo(problem)
        if not found.problems:
            click.echo(f"OK: {found.rows:,} rows")
        for warning in found.warnings:
            click.echo(f"warning: {warning}", err=True)
    if found.problems:
        ctx.exit(1)
