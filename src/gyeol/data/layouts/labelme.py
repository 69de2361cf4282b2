"""A folder of images with LabelMe's JSON files, which mark the defects, beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gyeol.data.annotation.labelme import LabelMe, is_labelme, read_labelme
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts.layout import Layout, Look, images_below, require_folder, walk
from gyeol.data.layouts.manifest import find_manifest
from gyeol.data.listing import by_stem, key
from gyeol.errors import DataError
from gyeol.files import printable

_PEEKED = 100
"""So many JSON files are opened before a folder is taken to be in another layout."""


def _files(folder: Path) -> Iterator[Path]:
    for place in walk(folder):
        yield from sorted(
            path for path in place.glob("*.json") if not path.name.startswith(".") and path.is_file()
        )


def _written_by_labelme(path: Path) -> bool:
    try:
        return is_labelme(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return False


def _look(folder: Path) -> Look:
    if not folder.is_dir():
        return Look(0, "no folder")
    if find_manifest(folder) is not None:
        return Look(0, "a manifest, which may name such files as masks")
    if (folder / "train" / "defect_images").is_dir() or (folder / "defect_images").is_dir():
        return Look(
            0, "it has the competition's folders, where such files beside defects are read as their masks"
        )
    try:
        found = any(map(_written_by_labelme, islice(_files(folder), _PEEKED)))
    except DataError:
        found = False
    return Look(3) if found else Look(0, "no LabelMe file (*.json with shapes)")


def _read(folder: Path) -> Dataset:
    """Read the images of the folder and of all folders in it; those without a file or shapes are normal.

    What lies in a folder ``test`` is test, and its labels are the key; all else is training. The kind is the labels of
    the shapes.

    Raises
    ------
    DataError
        There are no images, a file has no image or two have one, or a file cannot be used.
    """
    require_folder(folder)
    images = images_below(folder)
    if not images:
        raise DataError(f"{printable(folder)}: no images in it; put them beside their LabelMe files")
    annotated = _by_image(folder, images)
    train: list[LabelledImage] = []
    test: list[LabelledImage] = []
    for path in images:
        said = annotated.get(path)
        drawn = said.drawn if said else None
        kind = "+".join(sorted(said.labels)) if said else ""
        in_test = "test" in (part.lower() for part in path.relative_to(folder).parts[:-1])
        (test if in_test else train).append(LabelledImage(path, drawn is not None, drawn, kind))
    train.sort(key=lambda image: (not image.defective, image.path))
    without = len(images) - len(annotated)
    return Dataset(
        folder,
        tuple(train),
        tuple(image.path for image in test),
        key=tuple(test),
        notes=(f"{without:,} images have no LabelMe file and count as normal.",) if without else (),
    )


def _by_image(folder: Path, images: list[Path]) -> dict[Path, LabelMe]:
    """Find the image of each file: the one of its name beside it, or the one that it names."""
    beside: dict[Path, dict[str, Path]] = {}
    for path in images:
        beside.setdefault(path.parent, {})
    for place in beside:
        beside[place] = by_stem(path for path in images if path.parent == place)
    there = {path.resolve(): path for path in images}
    found: dict[Path, LabelMe] = {}
    for file in sorted(_files(folder)):
        if not _written_by_labelme(file):
            continue
        said = read_labelme(file)
        image = beside.get(file.parent, {}).get(key(file.stem))
        if image is None and said.image:
            image = there.get((file.parent / said.image).resolve())
        if image is None:
            raise DataError(
                f"{printable(file)}: no image {printable(said.image or file.stem)} beside it; add it, or remove this"
            )
        if image in found:
            raise DataError(f"{printable(file)}: {printable(image.name)} has another LabelMe file; keep one")
        found[image] = said
    return found


LAYOUT = Layout(
    name="labelme",
    title="LabelMe",
    form="images with a *.json of the same name beside those with defects",
    look=_look,
    read=_read,
)
