"""A table that names every image: CSV, or Parquet with the extra part ``gyeol[parquet]``.

The columns are ``path`` and ``label``, and where there are any ``mask``, ``split`` and ``kind``; others are passed
over. Paths are relative to the table's folder, or absolute. A mask is an image file or a LabelMe file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gyeol.data.annotation.drawn import Mask
from gyeol.data.annotation.labelme import read_labelme
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts.layout import Layout, Look
from gyeol.data.listing import key
from gyeol.data.table import read_table
from gyeol.errors import DataError, MissingExtraError
from gyeol.files import printable

NAMES = ("manifest.csv", "manifest.parquet")
ENDINGS = (".csv", ".parquet")
NORMAL = frozenset({"0", "0.0", "false", "normal", "good", "ok"})
DEFECTIVE = frozenset({"1", "1.0", "true", "defect", "defective", "bad", "ng"})
_TRAIN = frozenset({"train", "training", "val", "valid", "validation"})
"""gyeol makes its own folds of what it learns from, so a validation part is training to it."""
_TEST = frozenset({"test", "testing"})

_Row = tuple[int, dict[str, str]]  # the row of the table, counted with the header as 1, and its fields


def find_manifest(place: Path) -> Path | None:
    """Find the table: the file itself, or ``manifest.csv`` or ``manifest.parquet`` in a folder."""
    if place.is_file():
        return place if place.suffix.lower() in ENDINGS else None
    return next((place / name for name in NAMES if (place / name).is_file()), None)


def _look(place: Path) -> Look:
    return Look(3) if find_manifest(place) else Look(0, "no manifest.csv or manifest.parquet")


def _read(place: Path) -> Dataset:
    """Read a manifest.

    Without a column ``split``, or where it is empty, an image with a label is training and one without is test. If
    all test images have labels, these are the key; if none has, there is none.

    Raises
    ------
    DataError
        The table is missing or lacks a column, or with its row: a file is missing or named twice, a label or split
        is not known, a training image has no label, a normal has a mask, only some test images have labels.
    MissingExtraError
        It is Parquet, and pyarrow is not installed.
    """
    file = find_manifest(place)
    if file is None:
        raise DataError(
            f"{printable(place)}: no {' or '.join(NAMES)}; give the table or the folder that holds it"
        )
    name = printable(file)
    rows = _parquet(file) if file.suffix.lower() == ".parquet" else _csv(file)
    train: list[LabelledImage] = []
    test: list[tuple[Path, LabelledImage | None]] = []
    seen: dict[str, int] = {}
    for number, fields in rows:
        at = f"{name}: row {number:,}"
        path = _file(file, fields["path"], at)
        earlier = seen.setdefault(key(str(path)), number)
        if earlier != number:
            raise DataError(
                f"{at} names {printable(path.name)}, as row {earlier:,} does; keep one of the two"
            )
        label, split = _label(fields["label"], at), _split(fields.get("split", ""), at)
        image = None if label is None else _labelled(file, path, label, fields, at)
        if split == "test" or (not split and image is None):
            test.append((path, image))
        elif image is None:
            raise DataError(
                f"{at} is for training but has no label; write 0 or 1, or move it to the split test"
            )
        else:
            train.append(image)
    unknown = [path for path, image in test if image is None]
    if unknown and len(unknown) < len(test):
        raise DataError(
            f"{name}: {len(unknown):,} of {len(test):,} test images have no label (the first is "
            f"{printable(unknown[0].name)}); label all of them, or none"
        )
    train.sort(key=lambda image: (not image.defective, image.path))
    test.sort(key=lambda item: item[0])
    answers = tuple(image for _, image in test if image is not None)
    return Dataset(file.parent, tuple(train), tuple(path for path, _ in test), key=answers)


def _csv(file: Path) -> list[_Row]:
    table = read_table(file)
    if table.problems:
        raise DataError(f"{printable(file)}: {table.problems[0]}")
    header = [column.strip().lower() for column in table.header]
    _check_columns(file, header)
    return [(row.line, dict(zip(header, map(str.strip, row.fields), strict=True))) for row in table.rows]


def _parquet(file: Path) -> list[_Row]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtraError(
            f"{printable(file)}: reading Parquet needs pyarrow; install it with: pip install 'gyeol[parquet]'"
        ) from error
    try:
        entries: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    except (OSError, ArrowException) as error:
        reason = printable(error)[:80]
        raise DataError(f"{printable(file)}: no Parquet table ({reason}); write it again") from error
    _check_columns(file, [str(column).lower() for column in (entries[0] if entries else {})])
    return [
        (number, {str(column).lower(): _text(value) for column, value in entry.items()})
        for number, entry in enumerate(entries, start=2)
    ]


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()  # NaN is not equal to itself


def _check_columns(file: Path, header: list[str]) -> None:
    lacking = [column for column in ("path", "label") if column not in header]
    if lacking:
        raise DataError(
            f"{printable(file)}: no column {lacking[0]}; a manifest has path and label, "
            f"and where there are any mask, split and kind"
        )


def _file(table: Path, text: str, at: str) -> Path:
    """Find a file that a row names."""
    if not text:
        raise DataError(f"{at} has no path; write the image's")
    for spelt in dict.fromkeys((text, text.replace("\\", "/"))):  # as written on Windows
        path = table.parent / spelt
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):  # too long, or with a null character
            break
    raise DataError(
        f"{at}: no file {printable(text)[:200]} (paths are relative to the table's folder); mend it"
    )


def _label(text: str, at: str) -> bool | None:
    if not text:
        return None
    if text.lower() in NORMAL:
        return False
    if text.lower() in DEFECTIVE:
        return True
    raise DataError(
        f"{at}: label {printable(text)[:40]!r} is not 0, 1, normal or defect; types go into a column kind"
    )


def _split(text: str, at: str) -> str:
    word = text.lower()
    if not word:
        return ""
    if word in _TRAIN | _TEST:
        return "train" if word in _TRAIN else "test"
    raise DataError(f"{at}: split {printable(text)[:40]!r} is not train or test; mend it")


def _labelled(table: Path, path: Path, defective: bool, fields: dict[str, str], at: str) -> LabelledImage:
    text, kind = fields.get("mask", ""), fields.get("kind", "")
    if not text:
        return LabelledImage(path, defective, kind=kind)
    if not defective:
        raise DataError(
            f"{at}: a normal image has a mask ({printable(text)}); empty it, or call the image a defect"
        )
    file = _file(table, text, at)
    mask: Mask | None = file
    if file.suffix.lower() == ".json":
        mask = read_labelme(file).drawn
    return LabelledImage(path, defective, mask, kind)


LAYOUT = Layout(
    name="manifest",
    title="manifest",
    form="manifest.csv or .parquet with the columns path, label, mask, split",
    look=_look,
    read=_read,
)
