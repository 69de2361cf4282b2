"""A folder of images with COCO files that mark the defects.

Two forms are common: COCO's own (``annotations/instances_train.json``, the images in ``train``, ``images/train`` or
``images``) and that of annotation programs (``train/_annotations.coco.json`` beside the images of each part).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from gyeol.data.annotation.coco import Annotated, is_coco, read_coco
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts.layout import Layout, Look, child, require_folder
from gyeol.data.listing import EXTENSIONS, key, list_images
from gyeol.errors import DataError
from gyeol.files import printable

_PARTS = ("train", "valid", "val", "test")
_SURE = re.compile(r"^instances_.*\.json$|coco.*\.json$", re.IGNORECASE)
_PEEKED = 64 << 20  # bytes; a larger file is only recognised by its name
_TEST = re.compile(r"(^|[^a-z])test", re.IGNORECASE)


def _files(folder: Path) -> list[Path]:
    """Find the COCO files: in the folder, in ``annotations``, and in the parts."""
    places = [folder, *(child(folder, name) for name in ("annotations", *_PARTS))]
    found = [
        path
        for place in dict.fromkeys(places)
        if place.is_dir()
        for path in sorted(place.glob("*.json"))
        if not path.name.startswith(".") and path.is_file()
    ]
    return [path for path in found if _SURE.search(path.name) or _peek(path)]


def _peek(path: Path) -> bool:
    try:
        return path.stat().st_size <= _PEEKED and is_coco(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return False


def _look(folder: Path) -> Look:
    return Look(3) if folder.is_dir() and _files(folder) else Look(0, "no COCO file of instances (*.json)")


def _read(folder: Path) -> Dataset:
    """Read the images that the files list; those without an annotation are normal. The kind is the category.

    A file or folder that is called test is the test part, and its labels are the key; all others are training.

    Raises
    ------
    DataError
        There is no COCO file, an image is missing, is listed twice, or a file cannot be used.
    """
    require_folder(folder)
    files = _files(folder)
    if not files:
        raise DataError(
            f"{printable(folder)}: no COCO file of instances; expected annotations/instances_*.json"
        )
    train: list[LabelledImage] = []
    test: list[LabelledImage] = []
    seen: dict[str, Path] = {}
    places: set[Path] = set()
    for file in files:
        in_test = bool(_TEST.search(file.stem) or file.parent.name.lower() == "test")
        for entry in read_coco(file):
            path = _image(folder, file, entry)
            if seen.setdefault(key(str(path)), file) is not file or path in places:
                raise DataError(
                    f"{printable(file)}: {printable(entry.name)} is listed twice; keep one entry for it"
                )
            places.add(path)
            kind = "" if not entry.defective else "+".join(sorted(entry.categories))
            mask = entry.drawn(file) if entry.defective else None
            (test if in_test else train).append(LabelledImage(path, entry.defective, mask, kind))
    if not places:
        raise DataError(f"{printable(files[0])}: lists no image; export the annotations again")
    beside = {path for place in {path.parent for path in places} for path in list_images(place)}
    left = len(beside - places)
    note = f"{left:,} images are in no COCO file and are left out; list them, without annotations if normal"
    train.sort(key=lambda image: (not image.defective, image.path))
    test.sort(key=lambda image: image.path)
    return Dataset(
        folder,
        tuple(train),
        tuple(image.path for image in test),
        key=tuple(test),
        notes=(f"{note}.",) if left else (),
    )


def _image(folder: Path, file: Path, entry: Annotated) -> Path:
    """Find the image of an entry beside its file, in the folder, or in one named after the file."""
    part = file.stem.removeprefix("instances_")
    places = (file.parent, folder, folder / part, folder / "images", folder / "images" / part)
    for place in places:
        path = place / entry.name
        if path.is_file():
            if path.suffix.lower() not in EXTENSIONS:
                raise DataError(f"{printable(path)}: gyeol reads PNG, JPEG, BMP and TIFF; convert it to PNG")
            return path
    raise DataError(
        f"{printable(file)}: no image {printable(entry.name)[:200]} beside it, in {printable(folder)} or its images; "
        f"copy it there, or take it out of the list"
    )


LAYOUT = Layout(
    name="coco",
    title="COCO",
    form="images and annotations/instances_*.json, or train/_annotations.coco.json",
    look=_look,
    read=_read,
)
