"""KolektorSDD2: one kind of surface, with the mask beside every picture.

The form is that of J. Božič, D. Tabernik, D. Skočaj, "Mixed supervision for surface-defect detection: from weakly
to fully supervised learning", Computers in Industry 2021 (vicos.si/resources/kolektorsdd2)::

    train/10000.png   train/10000_GT.png   test/20000.png   test/20000_GT.png

A normal picture has a black mask, so every mask is opened to tell the two apart.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import is_black
from gyeol.data.layouts.layout import Layout, Look, child, require_folder
from gyeol.data.listing import by_stem, list_images
from gyeol.errors import DataError
from gyeol.files import printable

_MASK = "_GT"
_COPY = re.compile(rf"{_MASK} ?\(\d+\)$|{_MASK} copy$|{_MASK} - Copy$")
"""What file managers call the second copy of a mask; it is passed over."""


def _look(folder: Path) -> Look:
    train = child(folder, "train")
    if not train.is_dir():
        return Look(0, "no folder train")
    names = [path.stem for path in list_images(train)]
    if not names:
        return Look(0, "no images in train itself")
    if not any(name.endswith(_MASK) for name in names):
        return Look(1, "no masks *_GT.png beside the images of train")
    return Look(3)


def _read(folder: Path) -> Dataset:
    """Read train as training, test as test, and its masks as the key.

    Raises
    ------
    DataError
        train is missing or empty, an image has no mask or a mask no image, a mask cannot be read.
    """
    require_folder(folder)
    train, test = child(folder, "train"), child(folder, "test")
    if not train.is_dir():
        raise DataError(f"{printable(train)}: no such folder; KolektorSDD2 has train and test")
    learnt = _part(train)
    if not learnt:
        raise DataError(f"{printable(train)}: no images in it; put NNNNN.png and NNNNN_GT.png there")
    learnt.sort(key=lambda image: (not image.defective, image.path))
    key = _part(test) if test.is_dir() else []
    return Dataset(folder, tuple(learnt), tuple(image.path for image in key), key=tuple(key))


def _part(folder: Path) -> list[LabelledImage]:
    """Read train or test, sorted by path."""
    files = by_stem(path for path in list_images(folder) if not _COPY.search(path.stem))
    images = {stem: path for stem, path in files.items() if not stem.endswith(_MASK)}
    masks = {stem.removesuffix(_MASK): path for stem, path in files.items() if stem.endswith(_MASK)}
    for stem, path in masks.items():
        if stem not in images:
            raise DataError(
                f"{printable(path)}: a mask without an image {stem}; add the image or remove the mask"
            )
    for stem, path in images.items():
        if stem not in masks:
            raise DataError(
                f"{printable(path)}: no mask {printable(f'{path.stem}{_MASK}.png')} beside it; "
                f"add it (a black one if the image is normal), or remove the image"
            )
    with ThreadPoolExecutor(2) as pool:
        black = list(pool.map(is_black, (masks[stem] for stem in images)))
    return [
        LabelledImage(path, defective=not nothing, mask=None if nothing else masks[stem])
        for (stem, path), nothing in zip(images.items(), black, strict=True)
    ]


LAYOUT = Layout(
    name="kolektor",
    title="KolektorSDD2",
    form="train/ and test/ with NNNNN.png and NNNNN_GT.png, black for normals",
    look=_look,
    read=_read,
)
