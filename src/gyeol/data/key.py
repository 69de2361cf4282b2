"""The answers to the test images, in the form that the sample generator writes and `gyeol evaluate` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from gyeol.data.dataset import LabelledImage
from gyeol.data.listing import by_stem, key, list_images
from gyeol.data.table import enumerate_few, read_table
from gyeol.errors import DataError
from gyeol.files import atomic_file, printable

_NO_KIND = {False: "normal", True: "defect"}


def read_key(folder: Path, rows: Sequence[tuple[str, Path]]) -> tuple[LabelledImage, ...]:
    """Read ``answers.csv`` (ImageId,answer and perhaps kind) and ``masks`` of a key.

    Parameters
    ----------
    folder : Path
        The key.
    rows : sequence of (str, Path)
        Id and file of each test image.

    Returns
    -------
    tuple of LabelledImage
        In the order of ``rows``.

    Raises
    ------
    DataError
        If the table cannot be read, lacks a column or an image, or has an answer that is not 0 or 1.
    """
    file = folder / "answers.csv"
    table = read_table(file)
    if table.problems:
        raise DataError(f"{printable(file)}: {table.problems[0]}")
    lacking = [column for column in ("ImageId", "answer") if column not in table.header]
    if lacking:
        raise DataError(
            f"{printable(file)}: no column {lacking[0]}; a key has ImageId,answer and perhaps kind"
        )
    answers: dict[str, tuple[str, str]] = {}
    for row in table.rows:
        fields = dict(zip(table.header, row.fields, strict=True))
        answer = fields["answer"].strip()
        if answer not in ("0", "1"):
            raise DataError(f"{printable(file)}: line {row.line:,}: answer must be 0 or 1, not {answer!r}")
        answers[key(fields["ImageId"])] = answer, fields.get("kind", "")
    masks = by_stem(list_images(folder / "masks")) if (folder / "masks").is_dir() else {}
    found: list[LabelledImage] = []
    missing: list[str] = []
    for name, path in rows:
        # The table's ids may be with or without the extension, whatever the rows' are.
        spelt = (name, path.name, path.stem)
        entry = next((answers[key(each)] for each in spelt if key(each) in answers), None)
        if entry is None:
            missing.append(name)
            continue
        defective = entry[0] == "1"
        mask = masks.get(key(path.stem)) if defective else None
        found.append(LabelledImage(path, defective, mask, entry[1]))
    if missing:
        raise DataError(
            f"{printable(file)}: no answer to {len(missing):,} of the test images ({enumerate_few(missing)}); "
            f"complete it, or move it away"
        )
    return tuple(found)


def write_answers(file: Path, names: Iterable[str], images: Iterable[LabelledImage]) -> None:
    """Write ``answers.csv``: ImageId, answer and, if any image has one, kind.

    COCO and LabelMe have kinds of defects alone; what has none is then of the kind ``normal`` or ``defect``.

    Parameters
    ----------
    file : Path
        Written whole or not at all.
    names : iterable of str
        The ids.
    images : iterable of LabelledImage
        The images, in the same order.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    images = list(images)
    kinds = any(image.kind for image in images)
    rows = [
        (name, int(image.defective), *([image.kind or _NO_KIND[image.defective]] if kinds else []))
        for name, image in zip(names, images, strict=True)
    ]
    with atomic_file(file) as stream:
        stream.write(as_csv(("ImageId", "answer", *(["kind"] if kinds else [])), rows))


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Write a table as text, with ``\n`` line ends; what must be quoted is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    # Python before 3.13 leaves a bare carriage return unquoted.
    quoting = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (quoting if any("\r" in str(field) for field in row) else writer).writerow(row)
    return text.getvalue()
