"""Reading answers or scores and the key they are compared with, and bringing both into one order."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gyeol.errors import DataError
from gyeol.files import printable

EXTENSIONS = (".png", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg")
_FEW = 3
_T = TypeVar("_T")


@dataclass(frozen=True)
class Compared:
    """What was answered about each image of a key, in the key's order.

    Parameters
    ----------
    ids : tuple of str
        The key's ids, N of them.
    truth : ndarray of int64, shape (N,)
        1 is defective, 0 is normal; both occur.
    answers : ndarray of int64, shape (N,)
        The same of the file.
    scores : ndarray of float64, shape (N,), or None
        The file's scores, if it has them: finite, higher is more defective.
    kinds : tuple of str, or None
        The key's kinds, if it has them.
    """

    ids: tuple[str, ...]
    truth: NDArray[np.int64]
    answers: NDArray[np.int64]
    scores: NDArray[np.float64] | None = None
    kinds: tuple[str, ...] | None = None


def read_compared(file: Path, key: Path) -> Compared:
    """Read a submission or scores, and the key.

    Parameters
    ----------
    file : Path
        A CSV file with the columns ``ImageId,answer``, and ``score`` if it has scores.
    key : Path
        A CSV file with the columns ``ImageId,answer`` and perhaps ``kind``; or a folder with such a file
        ``answers.csv`` in it or in its ``key``.

    Returns
    -------
    Compared
        Ids match if they are equal after Unicode normalisation or, where that leaves any over on both sides,
        but for the extension.

    Raises
    ------
    DataError
        One line: a file is missing or no table, lacks a column, has a value that is not allowed (with its
        row), an id twice, or ids that the other lacks; the key has no defects or no normals.
    """
    key = find_key(key)
    rows = _read(file, ("ImageId", "answer"))
    ids, truth, kinds = _read_key(key)
    answers = np.array(_column(file, rows, "answer", _answer), np.int64)
    scored = "score" in rows[0][1]
    scores = np.array(_column(file, rows, "score", _score), np.float64) if scored else None
    order = _match(file, _column(file, rows, "ImageId", str), key, ids)
    return Compared(tuple(ids), truth, answers[order], None if scores is None else scores[order], kinds)


def gravest(compared: Compared, most: int | None = None) -> list[int]:
    """Find the wrong answers: misses, then false alarms, each by how far their scores lie on the wrong side.

    Parameters
    ----------
    compared : Compared
        Without scores, they come in the key's order.
    most : int, optional
        No more than so many misses, and so many false alarms.

    Returns
    -------
    list of int
        Places in the key's order.
    """
    places: list[int] = []
    for truth in (1, 0):
        wrong = np.flatnonzero((compared.truth == truth) & (compared.answers != truth))
        if compared.scores is not None:
            gravity = compared.scores[wrong] * (1 if truth else -1)
            wrong = wrong[np.argsort(gravity, kind="stable")]
        places.extend(int(place) for place in wrong[:most])
    return places


def check_key(key: Path, images: Path, names: Sequence[str]) -> None:
    """Refuse a key that is not of these images, before hours are spent on answering for them.

    Parameters
    ----------
    key : Path
        As :func:`read_compared` takes it.
    images : Path
        Where the images are, for the message.
    names : sequence of str
        Their ids.

    Raises
    ------
    DataError
        As for :func:`read_compared`.
    """
    key = find_key(key)
    _match(images, list(names), key, _read_key(key)[0])


def _read_key(key: Path) -> tuple[list[str], NDArray[np.int64], tuple[str, ...] | None]:
    """Read a key's ids, truth and, if it has them, kinds."""
    rows = _read(key, ("ImageId", "answer"))
    ids = _column(key, rows, "ImageId", str)
    truth = np.array(_column(key, rows, "answer", _answer), np.int64)
    for label, what in ((1, "no defects"), (0, "no normals")):
        if not (truth == label).any():
            raise DataError(
                f"{printable(key)}: {what} among its {len(ids):,} images; nothing can be compared"
            )
    kinds = tuple(_column(key, rows, "kind", str)) if "kind" in rows[0][1] else None
    return ids, truth, kinds


def find_key(key: Path) -> Path:
    """Find the table that a key means: itself, or ``answers.csv`` in it or in its ``key``.

    Raises
    ------
    DataError
        If it is a folder without one. That a file is missing is said when it is read.
    """
    if not key.is_dir():
        return key
    for candidate in (key / "answers.csv", key / "key" / "answers.csv"):
        if candidate.is_file():
            return candidate
    raise DataError(
        f"{printable(key)}: no answers.csv in it; give the key, or the folder that holds answers.csv"
    )


def few(names: Sequence[str]) -> str:
    """Write the first few names, and how many more there are."""
    shown = ", ".join(printable(name) for name in names[:_FEW])
    return shown if len(names) <= _FEW else f"{shown} and {len(names) - _FEW:,} more"


def stem(name: str) -> str:
    """Take an image's extension off a name; other dots are part of it: a.1 and a.2 are two images."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in EXTENSIONS else name


_Rows = list[tuple[int, dict[str, str]]]  # the line in the file, and the values by column


def _read(path: Path, needed: tuple[str, ...]) -> _Rows:
    """Read a table's rows, each with all columns."""
    name = printable(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(_parse(csv.reader(stream, strict=True), name, needed))
    except FileNotFoundError as error:
        raise DataError(f"{name}: no such file; check the name") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not a CSV table in UTF-8; check that it is the right file") from error
    except csv.Error as error:
        raise DataError(
            f"{name}: not a CSV table ({printable(error)}); check that it is the right file"
        ) from error
    except OSError as error:
        raise DataError(
            f"{name}: cannot be read ({error.strerror or error}); check name and rights"
        ) from error
    if not rows:
        raise DataError(f"{name}: no rows below the header; check that it is the right file")
    return rows


def _parse(
    reader: Iterator[list[str]], name: str, needed: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    header = [column.strip() for column in next(reader, [])]
    missing = [column for column in needed if column not in header]
    if missing:
        raise DataError(
            f"{name}: no column {' and no column '.join(missing)}; its header is "
            f"{printable(','.join(header))[:80] or 'empty'}, but ImageId,answer (and score, kind) is expected"
        )
    for fields in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not fields:
            continue
        if len(fields) != len(header):
            raise DataError(
                f"{name}: line {line:,} has {len(fields)} fields, not {len(header)}; mend that row"
            )
        yield line, dict(zip(header, fields, strict=True))


def _column(path: Path, rows: _Rows, column: str, convert: Callable[[str], _T]) -> list[_T]:
    """Convert one column; the first value that is not allowed is named with its line."""
    result = []
    for line, row in rows:
        try:
            result.append(convert(row[column]))
        except ValueError as error:
            raise DataError(
                f"{printable(path)}: line {line:,}: {column} {error}, not {printable(row[column])[:40]!r}"
            ) from error
    return result


def _answer(text: str) -> int:
    if text.strip() not in ("0", "1"):
        raise ValueError("must be 0 or 1")
    return int(text)


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _match(file: Path, found: list[str], key: Path, wanted: list[str]) -> NDArray[np.int64]:
    """Say at which place of the file each id of the key is."""
    # macOS stores Hangul decomposed, tables hold it composed.
    found = [unicodedata.normalize("NFC", name) for name in found]
    wanted = [unicodedata.normalize("NFC", name) for name in wanted]
    places = {name: place for place, name in enumerate(found)}
    for path, names in ((file, found), (key, wanted)):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise DataError(f"{printable(path)}: ids more than once: {few(twice)}; keep one row for each")
    if places.keys() != set(wanted):
        by_stem = {stem(name): place for name, place in places.items()}
        stems = [stem(name) for name in wanted]
        if not len(by_stem) == len(found) == len(set(stems)) or by_stem.keys() != set(stems):
            raise DataError(_mismatch(file, found, key, wanted))
        places, wanted = by_stem, stems
    return np.array([places[name] for name in wanted], np.int64)


def _mismatch(file: Path, found: list[str], key: Path, wanted: list[str]) -> str:
    lacking = sorted(set(wanted) - set(found))
    beyond = sorted(set(found) - set(wanted))
    parts = []
    if lacking:
        parts.append(
            f"lacks {len(lacking):,} of the {len(wanted):,} ids in {printable(key)} ({few(lacking)})"
        )
    if beyond:
        parts.append(f"has {len(beyond):,} ids that are not in {printable(key)} ({few(beyond)})")
    return f"{printable(file)}: {' and '.join(parts)}; give the answers to exactly the images of the key"
