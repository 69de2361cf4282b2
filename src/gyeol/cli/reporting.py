"""The report that several commands can write, and its options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gyeol.cli.extras import report_can_be_made

LANGUAGES = ("en", "ko")

language = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the report."
)


def file_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option --report FILE of a command whose report shows `what`, and --lang with it."""
    file = click.option(
        "--report", type=click.Path(path_type=Path), help=f"Also write an HTML report: {what}."
    )
    return lambda command: file(language(command))


def check_place(path: Path | None) -> None:
    """Refuse a place where no report can be written, before the work that it is to show.

    Raises
    ------
    OutputError
        See :func:`gyeol.files.require_writable`.
    """
    from gyeol.files import require_writable

    if path is not None:
        require_writable(path)


def write(path: Path | None, lang: str, **sources: Any) -> None:
    """Write a report, or say in one line why there is none.

    Parameters
    ----------
    path : Path or None
        None where none is wanted.
    lang : str
        One of :data:`LANGUAGES`.
    **sources
        Of :class:`gyeol.report.sources.Sources`.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if path is None or not report_can_be_made():
        return
    from gyeol.cli.display import say
    from gyeol.report.page import write_report
    from gyeol.report.sources import Sources

    write_report(path, Sources(**sources), lang)
    say(f"report: {path}")
