"""What a part of the report consists of: charts, tables and pictures, as plain values for the templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Drawing:
    """A chart.

    Parameters
    ----------
    svg : Markup
        An inline <svg>, from :mod:`gyeol.report.drawing` only.
    title, caption : str
        Shown above and below it.
    """

    svg: Markup
    title: str
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """An image.

    Parameters
    ----------
    uri : str
        A data URI.
    width, height : int
        Pixels.
    alt : str
        What it shows, for those who do not see it.
    caption : str
        Shown below it.
    """

    uri: str
    width: int
    height: int
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Cell:
    """A table cell: what is shown, and the number that it is sorted by (None: by the text)."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    caption : str
    columns : sequence of str
        Heads.
    rows : sequence of sequence of Cell
        Each as long as the head.
    note : str
        Shown below it.
    fixed : bool
        Whether the order of its rows is part of what it says, so that sorting would only confuse.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    fixed: bool = False

    @property
    def numeric(self) -> list[bool]:
        """Tell of each column whether all that is in it are numbers."""
        return [
            all(row[place].value is not None or row[place].text == "–" for row in self.rows)
            for place in range(len(self.columns))
        ]


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Parameters
    ----------
    name : str
        Its anchor and its template, ``templates/NAME.html``.
    title : str
    content : dict
        What the template needs.
    """

    name: str
    title: str
    content: dict[str, Any] = field(default_factory=dict)


def count(number: int) -> Cell:
    """Make the cell of a count."""
    return Cell(f"{number:,}", number)


def share(value: float | None, digits: int = 4) -> Cell:
    """Make the cell of a number from 0 to 1, or of none."""
    return Cell("–") if value is None else Cell(f"{value:.{digits}f}", value)


def texts(values: Iterable[str]) -> list[Cell]:
    """Make cells of texts."""
    return [Cell(value) for value in values]
