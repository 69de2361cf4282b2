"""DAGM 2007: ten classes of synthetic textures.

The form is that of the challenge "Weakly Supervised Learning for Industrial Optical Inspection" (DAGM symposium
2007; zenodo.org/records/12750201)::

    Class1/Train/0576.PNG   Class1/Train/Label/0576_label.PNG   Class1/Train/Label/Labels.txt
    Class1/Test/0001.PNG    Class1/Test/Label/...

Defects have a mask ``NNNN_label.PNG`` (a generous ellipse). ``Labels.txt`` has a line for every image: number, 0 or
1, file name, and twice 0 or a number and the mask's name; a first line of one field is passed over.
"""

from __future__ import annotations

import re
from pathlib import Path

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts.layout import Layout, Look, child, require_folder, subfolders
from gyeol.data.listing import by_stem, key, list_images
from gyeol.errors import DataError
from gyeol.files import printable

_CLASS = re.compile(r"class[ _-]?\d+", re.IGNORECASE)
_MASK = "_label"


def _classes(folder: Path) -> list[Path]:
    """Find the folders that hold Train: the classes in it, or it itself; unpacking may have doubled them."""
    named = [each for each in subfolders(folder) if _CLASS.fullmatch(each.name)]
    if not named and _CLASS.fullmatch(folder.resolve().name):
        named = [folder]
    inner = [child(each, each.name) for each in named]
    return [within if within.is_dir() else each for each, within in zip(named, inner, strict=True)]


def _look(folder: Path) -> Look:
    classes = _classes(folder)
    if not classes:
        return Look(0, "no folders Class1, Class2 and so on")
    if not any(child(each, "Train").is_dir() for each in classes):
        return Look(1, f"no folder Train in {printable(classes[0].name)}")
    labels = [child(child(each, part), "Label") for each in classes for part in ("Train", "Test")]
    if not any(each.is_dir() for each in labels):
        return Look(2, f"no folder Label in {printable(classes[0].name)}/Train")
    return Look(3)


def _read(folder: Path) -> Dataset:
    """Read classes: Train is training, Test is test, and its labels are the key. The kind is the class.

    Raises
    ------
    DataError
        There is no class, an image folder or its Label is missing, the masks and Labels.txt say different things.
    """
    require_folder(folder)
    classes = _classes(folder)
    if not classes:
        raise DataError(
            f"{printable(folder)}: no folders Class1, Class2 and so on; give the folder of DAGM 2007"
        )
    train: list[LabelledImage] = []
    key_: list[LabelledImage] = []
    for each in classes:
        part = child(each, "Train")
        if not part.is_dir():
            raise DataError(f"{printable(part)}: no such folder; DAGM 2007 has Train and Test in every class")
        train += _part(part, each.name)
        if child(each, "Test").is_dir():
            key_ += _part(child(each, "Test"), each.name)
    train.sort(key=lambda image: (not image.defective, image.path))
    key_.sort(key=lambda image: image.path)
    return Dataset(folder, tuple(train), tuple(image.path for image in key_), key=tuple(key_))


def _part(folder: Path, kind: str) -> list[LabelledImage]:
    """Read Train or Test of one class."""
    images = by_stem(list_images(folder))
    if not images:
        raise DataError(f"{printable(folder)}: no images in it; put the images of {kind} there")
    label = child(folder, "Label")
    if not label.is_dir():
        raise DataError(
            f"{printable(label)}: no such folder; it holds the masks of the defects, NNNN_label.PNG"
        )
    masks: dict[str, Path] = {}
    for path in list_images(label):
        stem = key(path.stem)
        if not stem.lower().endswith(_MASK):
            continue
        if stem[: -len(_MASK)] not in images:
            raise DataError(
                f"{printable(path)}: a mask without an image of that number; add it or remove this"
            )
        masks[stem[: -len(_MASK)]] = path
    table = child(label, "Labels.txt")
    said = _labels(table) if table.is_file() else {}
    for stem in masks:
        if said.get(stem) is False:
            raise DataError(
                f"{printable(table)}: says that {stem} is normal, but it has the mask "
                f"{printable(masks[stem].name)}; remove one of the two"
            )
    return [
        LabelledImage(path, stem in masks or said.get(stem, False), masks.get(stem), kind)
        for stem, path in images.items()
    ]


def _labels(table: Path) -> dict[str, bool]:
    """Read which numbers are defects by Labels.txt."""
    try:
        lines = table.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{printable(table)}: cannot be read ({printable(error)}); copy it again") from error
    said: dict[str, bool] = {}
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if len(fields) <= 1:
            continue
        if len(fields) < 3 or fields[1] not in ("0", "1"):
            raise DataError(
                f"{printable(table)}: line {number:,} is not number, 0 or 1, file name, ...; copy the file again"
            )
        said[key(Path(fields[2]).stem)] = fields[1] == "1"
    return said


LAYOUT = Layout(
    name="dagm",
    title="DAGM 2007",
    form="ClassN/{Train,Test}/*.PNG with Label/*_label.PNG and Labels.txt",
    look=_look,
    read=_read,
)
