"""Writing a manifest, with the images and masks that it names beside it."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.convert.place import Named, Placer, named_test, named_training
from gyeol.data.dataset import Dataset
from gyeol.data.key import as_csv

COLUMNS = ("path", "label", "mask", "split", "kind")


def write(dataset: Dataset, folder: Path, placer: Placer) -> None:
    """Write ``manifest.csv``, ``images/{train,test}`` and ``masks/{train,test}``.

    Paths in the table are relative to it, with ``/``. A test image without a label has an empty one.

    Raises
    ------
    DataError
        If a file cannot be read, or two images would have one name.
    OSError
        If something cannot be written.
    """
    rows = [_row(image, "train", folder, placer) for image in named_training(dataset)]
    rows += [_row(image, "test", folder, placer) for image in named_test(dataset)]
    (folder / "manifest.csv").write_text(as_csv(COLUMNS, rows), encoding="utf-8", newline="")


def _row(image: Named, split: str, folder: Path, placer: Placer) -> tuple[str, str, str, str, str]:
    path = folder / "images" / split / image.file
    placer.image(image.path, path)
    text = path.relative_to(folder).as_posix()
    if image.label is None:
        return text, "", "", split, ""
    mask = ""
    if image.label.mask is not None:
        placed = placer.mask(image.label.mask, image.path, folder / "masks" / split, image.name)
        mask = placed.relative_to(folder).as_posix()
    return text, str(int(image.label.defective)), mask, split, image.label.kind
