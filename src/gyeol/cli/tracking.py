"""The option by which a training is logged elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gyeol.cli.extras import need
from gyeol.errors import OutputError, first_line
from gyeol.files import printable

if TYPE_CHECKING:
    from gyeol.track.tracking import Logger, Tracking

option = click.option(
    "--log",
    "logs",
    multiple=True,
    metavar="tensorboard:DIR|mlflow[:URI]",
    help="Also log the training there. Repeatable.",
)


def open_tracking(logs: tuple[str, ...], name: str) -> Tracking:
    """Open what a training is to be logged to.

    Parameters
    ----------
    logs : tuple of str
        As given.
    name : str
        Of the run, where it has one.

    Raises
    ------
    click.UsageError
        If one is of no kind that there is.
    MissingExtraError
        If what it needs is not installed.
    OutputError
        If it cannot be written to.
    """
    from gyeol.cli.display import say
    from gyeol.track.tracking import Tracking

    return Tracking({each: _open(each, name) for each in logs}, say)


def check(logs: tuple[str, ...]) -> None:
    """Refuse what :func:`open_tracking` would, as far as that is known without opening anything."""
    for each in logs:
        kind, _, place = each.partition(":")
        if kind not in ("tensorboard", "mlflow") or (kind == "tensorboard" and not place):
            raise click.UsageError(f"--log wants tensorboard:DIR, mlflow:URI or mlflow, not {each!r}")
        need(kind, kind)


def _open(log: str, name: str) -> Logger:
    kind, _, place = log.partition(":")
    try:
        if kind == "tensorboard":
            from gyeol.track.tensorboard import TensorBoardLogger

            return TensorBoardLogger(Path(place))
        from gyeol.track.mlflow import MlflowLogger

        return MlflowLogger(place, name)
    except Exception as error:  # of any kind: they come from somebody else's client and network
        raise OutputError(f"cannot log to {printable(log)}: {first_line(error)}") from error
