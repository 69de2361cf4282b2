"""The report: one HTML file with everything in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gyeol import __version__
from gyeol.errors import DataError
from gyeol.files import atomic_file
from gyeol.report.elements import Section
from gyeol.report.parts.comparison import comparison
from gyeol.report.parts.copies import copies
from gyeol.report.parts.folder import folder
from gyeol.report.parts.kinds import kinds
from gyeol.report.parts.mistakes import mistakes
from gyeol.report.parts.result import result
from gyeol.report.parts.summary import summary
from gyeol.report.parts.threshold import threshold
from gyeol.report.parts.training import training
from gyeol.report.sources import Sources
from gyeol.report.words import Words

PARTS: tuple[Callable[[Sources, Words], Section | None], ...] = (
    summary,
    result,
    mistakes,
    threshold,
    training,
    folder,
    kinds,
    copies,
    comparison,
)
"""In the order of the page: what is asked first comes first."""


def write_report(path: Path, sources: Sources, lang: str = "en") -> None:
    """Write the report.

    Parameters
    ----------
    path : Path
        The HTML file.
    sources : Sources
    lang : {"en", "ko"}

    Raises
    ------
    DataError
        If a source is not what a command of gyeol writes.
    OutputError
        If it cannot be written.
    """
    text = make_report(sources, lang)
    with atomic_file(path) as stream:
        stream.write(text)


def make_report(sources: Sources, lang: str = "en") -> str:
    """Make the page; the same sources and language give the same text.

    Raises
    ------
    DataError
        If a source is not what a command of gyeol writes, or there is nothing to report.
    """
    words = Words(lang)
    try:
        sections = [made for part in PARTS if (made := part(sources, words)) is not None]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise DataError(
            f"the facts for the report are not what gyeol writes ({type(error).__name__}: {error}); make them anew"
        ) from error
    if not sections:
        raise DataError("there is nothing to report; give the facts of a folder, a model or an evaluation")
    templates = Environment(
        loader=PackageLoader("gyeol.report"),
        autoescape=True,  # file names and kinds are whatever somebody called them
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["t"] = words
    bodies = [
        (section, Markup(templates.get_template(f"{section.name}.html").render(section.content)))  # noqa: S704
        for section in sections
    ]
    script, style = _asset("script.js"), _asset("style.css")
    # Nothing is fetched from anywhere, and no script runs but this one, whatever a file name holds.
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return templates.get_template("page.html").render(
        lang=lang,
        version=__version__,
        sections=bodies,
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        digest=digest,
    )


def _asset(name: str) -> str:
    return files("gyeol.report").joinpath("templates", name).read_text(encoding="utf-8")
