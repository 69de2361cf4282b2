"""The table that is handed in: reading it, writing it whole or not at all, saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.data.table import Row, Table, enumerate_few, parse_table, read_table
from gyeol.errors import DataError
from gyeol.files import atomic_file, printable

COLUMNS = ("ImageId", "answer")


@dataclass(frozen=True)
class Inspection:
    """What :func:`inspect_submission` found.

    Parameters
    ----------
    rows : int
        The number of rows below the header.
    problems : tuple of str
        Plain sentences; any of them means that the submission may be refused or scored wrongly.
    warnings : tuple of str
        What is allowed but unlikely to be meant.
    """

    rows: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def read_submission(path: Path) -> tuple[list[str], NDArray[np.int8]]:
    """Read a submission.

    Parameters
    ----------
    path : Path
        A CSV file with the columns ``ImageId,answer``. A byte-order mark and CRLF line ends are accepted.

    Returns
    -------
    ids : list of str, length n
        In the file's order, unique.
    answers : ndarray of int8, shape (n,)
        0 (normal) or 1 (defective).

    Raises
    ------
    DataError
        If the file cannot be read, or with its first problem.
    """
    table = read_table(path)
    problems = table.problems + _problems(table, None)
    if problems:
        raise DataError(f"{printable(path)}: {problems[0]}")
    return [row.fields[0] for row in table.rows], np.array(
        [int(row.fields[1]) for row in table.rows], dtype=np.int8
    )


def read_sample_ids(path: Path) -> list[str]:
    """Read the ids of a sample submission, in order. Its answers are placeholders and are not looked at.

    Raises
    ------
    DataError
        If the file cannot be read, has no column ``ImageId``, no rows, or an id twice.
    """
    table = read_table(path)
    if COLUMNS[0] not in table.header:
        reason = table.problems[0] if table.problems else "It has no column ImageId."
        raise DataError(f"{printable(path)}: {reason} Give the sample submission of the data")
    if table.problems:
        raise DataError(f"{printable(path)}: {table.problems[0]}")
    at = table.header.index(COLUMNS[0])
    ids = [row.fields[at] for row in table.rows]
    if not ids:
        raise DataError(f"{printable(path)}: it has no rows; give the sample submission of the data")
    twice = _twice(ids)
    if twice:
        problem = f"{_count(len(twice), 'id')} more than once ({enumerate_few(twice)})"
        raise DataError(f"{printable(path)}: {problem}; give the sample submission of the data")
    return ids


def write_submission(
    path: Path, ids: Sequence[str], answers: Iterable[int], sample: Path | None = None
) -> None:
    r"""Write a submission, checked before it replaces anything.

    Parameters
    ----------
    path : Path
        The file to write or replace: UTF-8, no byte-order mark, ``\n`` line ends.
    ids : sequence of str, length n
        The ids, in the sample's order if there is one.
    answers : iterable of int, length n
        0 or 1 each; NumPy integers and booleans do too.
    sample : Path, optional
        The sample submission whose rows and order this one must have.

    Raises
    ------
    DataError
        If the result would be no valid submission; ``path`` keeps what it had.
    OutputError
        If the file cannot be written; ``path`` keeps what it had.
    """
    values = [int(answer) if answer in (0, 1) else answer for answer in answers]
    if len(values) != len(ids):
        raise DataError(f"{printable(path)} is not written: {len(ids):,} ids but {len(values):,} answers")
    lines = [",".join(COLUMNS)]
    lines += [f"{_quoted(name)},{value}" for name, value in zip(ids, values, strict=True)]
    try:
        content = "".join(line + "\n" for line in lines).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{printable(path)} is not written: an image's name is no valid text "
            f"({printable(error.object[max(0, error.start - 20) : error.end + 20])}); rename that image"
        ) from error
    found = _inspect(parse_table(content), None if sample is None else read_sample_ids(sample))
    if found.problems:
        raise DataError(f"{printable(path)} is not written: {found.problems[0]}")
    with atomic_file(path, "wb") as file:
        file.write(content)


def inspect_submission(path: Path, sample: Path | None = None) -> Inspection:
    """Find everything that is wrong with a submission.

    Parameters
    ----------
    path : Path
        The submission.
    sample : Path, optional
        The sample submission whose rows and order it must have.

    Returns
    -------
    Inspection

    Raises
    ------
    DataError
        If either file cannot be read at all, or the sample is no sample.
    """
    ids = None if sample is None else read_sample_ids(sample)
    return _inspect(read_table(path), ids)


def check_submission(path: Path, sample: Path | None = None) -> list[str]:
    """List what is wrong with a submission, in plain sentences; see :func:`inspect_submission`."""
    return list(inspect_submission(path, sample).problems)


def _inspect(table: Table, sample_ids: list[str] | None) -> Inspection:
    problems = list(table.problems)
    if table.has_bom:
        problems.append("It starts with a byte-order mark; save it as UTF-8 without one.")
    problems += _problems(table, sample_ids)
    warnings = []
    if not problems and len(table.rows) > 1:
        classes = {row.fields[1] for row in table.rows}
        if len(classes) == 1:
            warnings.append(f"All {len(table.rows):,} answers are {classes.pop()}.")
    return Inspection(len(table.rows), tuple(problems), tuple(warnings))


def _problems(table: Table, sample_ids: list[str] | None) -> list[str]:
    """Check columns, values and ids of a table that could be parsed."""
    header = tuple(table.header)
    if not header:
        return []  # the table's own problem says why
    problems = []
    if header != COLUMNS:
        problems.append(_header_problem(header))
        if any(header.count(name) != 1 for name in COLUMNS):
            return problems  # there is nothing to look for the rest in
    if not table.rows:
        return [*problems, "It has a header but no rows."]
    id_at, answer_at = header.index(COLUMNS[0]), header.index(COLUMNS[1])
    ids = [row.fields[id_at] for row in table.rows]
    problems += _answer_problems(table.rows, answer_at)
    twice = _twice(ids)
    if twice:
        problems.append(f"{_count(len(twice), 'id')} more than once: {enumerate_few(twice)}.")
    if sample_ids is not None:
        problems += _id_problems(table.rows, ids, sample_ids)
    return problems


def _header_problem(header: tuple[str, ...]) -> str:
    shown = printable(",".join(header))[:80]
    if header[-1] in ("0", "1"):
        return f"The header is missing: the first line is {shown}, not ImageId,answer."
    return f"The columns are {shown}, not exactly ImageId,answer."


def _answer_problems(rows: Sequence[Row], at: int) -> list[str]:
    wrong = [f"line {row.line}: {row.fields[at]!r}" for row in rows if row.fields[at] not in ("0", "1")]
    if not wrong:
        return []
    return [f"{_count(len(wrong), 'answer')} not 0 or 1: {enumerate_few(wrong)}."]


def _id_problems(rows: Sequence[Row], ids: list[str], sample_ids: list[str]) -> list[str]:
    """Compare ids and their order with the sample's."""
    problems = []
    if len(ids) != len(sample_ids):
        problems.append(f"It has {len(ids):,} rows; the sample has {len(sample_ids):,}.")
    present, wanted = set(ids), set(sample_ids)
    missing = [name for name in sample_ids if name not in present]
    extra = [name for name in dict.fromkeys(ids) if name not in wanted]
    if missing:
        problems.append(f"{_count(len(missing), 'id')} missing from it: {enumerate_few(missing)}.")
    if extra:
        problems.append(f"{_count(len(extra), 'id')} not in the sample: {enumerate_few(extra)}.")
    if not problems and len(present) == len(ids):
        differs = next((i for i, (a, b) in enumerate(zip(ids, sample_ids, strict=True)) if a != b), None)
        if differs is not None:
            problems.append(
                f"The rows are not in the sample's order: from line {rows[differs].line}, "
                f"{printable(ids[differs])} stands where the sample has {printable(sample_ids[differs])}."
            )
    return problems


def _twice(ids: Iterable[str]) -> list[str]:
    """Ids that occur more than once, each once, in order."""
    seen: dict[str, int] = {}
    for name in ids:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, times in seen.items() if times > 1]


def _quoted(name: str) -> str:
    """Quote a field where it must be; the csv module leaves a bare carriage return before Python 3.13."""
    if any(character in name for character in ',"\r\n'):
        return '"' + name.replace('"', '""') + '"'
    return name


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun} is" if number == 1 else f"{number:,} {noun}s are"
