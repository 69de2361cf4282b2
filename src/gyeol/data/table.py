"""Reading a small CSV table with the line of every row, and noting what a strict reader would trip over."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gyeol.errors import DataError
from gyeol.files import printable

_MAX_BYTES = (
    256 * 2**20
)  # a table of 9,100 rows has 200 KB; this stops a wrong, huge file from filling memory
_SHOWN = 3


@dataclass(frozen=True)
class Row:
    """One row: the line of the file on which it ends (the header is line 1), and its fields."""

    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A parsed table.

    Parameters
    ----------
    header : tuple of str
        The column names; empty if nothing could be parsed.
    rows : tuple of Row
        Each with as many fields as the header: ragged rows are padded or cut, and are among the problems.
    problems : list of str
        What is wrong with the file as a table, in plain sentences.
    has_bom : bool
        Whether it starts with a UTF-8 byte-order mark.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: list[str]
    has_bom: bool = False


def read_table(path: Path) -> Table:
    """Read a CSV file.

    Raises
    ------
    DataError
        If the file is missing, may not be read, or is far too large. Faults in its content are the
        table's ``problems``.
    """
    name = printable(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{name}: too large for such a table; check that it is the right file")
        return parse_table(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{name}: no such file; check the name") from error
    except IsADirectoryError as error:
        raise DataError(f"{name}: a folder; give a CSV file") from error
    except PermissionError as error:
        raise DataError(f"{name}: permission denied; allow reading it (chmod +r)") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{name}: cannot be read ({printable(error)}); check name and disk") from error


def parse_table(content: bytes) -> Table:
    r"""Parse the bytes of a comma-separated UTF-8 table; ``\n`` and ``\r\n`` both end a line."""
    if not content.strip():
        return Table((), (), ["The file is empty."])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Table((), (), ["It is encoded as UTF-16; save it as UTF-8."])
    has_bom = content.startswith(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Table((), (), [f"It is not UTF-8 text (line {line:,}); save it as UTF-8."], has_bom)
    return _split(text, has_bom)


def _split(text: str, has_bom: bool) -> Table:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    ragged: list[str] = []
    problems: list[str] = []
    # strict: an unclosed quotation mark would otherwise swallow the rest of the file without a word.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for fields in reader:
            if not fields:
                continue  # a blank line
            if not header:
                header = tuple(fields)
                separator = _other_separator(header)
                if separator:
                    problems.append(f"The columns are separated by {separator}, not by a comma.")
                    return Table((), (), problems, has_bom)
                continue
            if len(fields) != len(header):
                ragged.append(f"line {reader.line_num:,} has {len(fields)}")
            padded = fields + [""] * (len(header) - len(fields))
            rows.append(Row(reader.line_num, tuple(padded[: len(header)])))
    except csv.Error as error:
        problems.append(f"Line {reader.line_num:,} cannot be parsed: {printable(error)}.")
    if ragged:
        problems.append(
            f"{len(ragged):,} row{'s do' if len(ragged) > 1 else ' does'} not have {len(header)} fields: "
            f"{enumerate_few(ragged)}."
        )
    return Table(header, tuple(rows), problems, has_bom)


def _other_separator(header: Sequence[str]) -> str | None:
    """Name the separator of a header that did not split at commas."""
    if len(header) != 1:
        return None
    for character, name in ((";", "a semicolon"), ("\t", "a tab"), ("|", "a bar"), (" ", "a space")):
        if character in header[0].strip():
            return name
    return None


def enumerate_few(names: Sequence[str]) -> str:
    """Write the first few names, and how many more there are."""
    shown = ", ".join(printable(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"
