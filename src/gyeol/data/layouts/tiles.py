"""Magnetic tile: six types of surface, without a split.

The form is that of Y. Huang, C. Qiu, Y. Guo, X. Wang, K. Yuan, "Surface Defect Saliency of Magnetic Tile", CASE 2018
(github.com/abin24/Magnetic-tile-defect-datasets.)::

    MT_Blowhole/Imgs/exp1_num_108719.jpg   MT_Blowhole/Imgs/exp1_num_108719.png   MT_Free/Imgs/...

The PNG is the mask of the JPEG. MT_Free is normal, every other type a defect. Some masks of defects are black: then
the image alone is the label.
"""

from __future__ import annotations

from pathlib import Path

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import is_black
from gyeol.data.layouts.layout import Layout, Look, child, require_folder, subfolders
from gyeol.data.listing import by_stem, list_images
from gyeol.errors import DataError
from gyeol.files import printable

FREE = "MT_Free"


def _types(folder: Path) -> list[Path]:
    return [each for each in subfolders(folder) if each.name.upper().startswith("MT_")]


def _look(folder: Path) -> Look:
    types = _types(folder)
    if not types:
        return Look(0, "no folders MT_Blowhole, MT_Free and so on")
    if not any(child(each, "Imgs").is_dir() for each in types):
        return Look(1, f"no folder Imgs in {printable(types[0].name)}")
    return Look(3)


def _read(folder: Path) -> Dataset:
    """Read all images as training, as the data set has no split. The kind is the type.

    Raises
    ------
    DataError
        A folder Imgs is missing or empty, a defect has no mask, a mask no image, a mask cannot be read.
    """
    require_folder(folder)
    found: list[LabelledImage] = []
    for each in _types(folder):
        place = child(each, "Imgs")
        if not place.is_dir():
            raise DataError(f"{printable(place)}: no such folder; the magnetic tiles have their images there")
        found += _type(place, each.name)
    if not found:
        raise DataError(
            f"{printable(folder)}: no folders MT_Blowhole, MT_Free and so on; give the one above them"
        )
    found.sort(key=lambda image: (not image.defective, image.path))
    return Dataset(folder, tuple(found), split=False)


def _type(folder: Path, kind: str) -> list[LabelledImage]:
    files = list_images(folder)
    images = by_stem(path for path in files if path.suffix.lower() != ".png")
    masks = by_stem(path for path in files if path.suffix.lower() == ".png")
    if not images:
        raise DataError(f"{printable(folder)}: no images (*.jpg) in it; copy the data set again")
    for stem, path in masks.items():
        if stem not in images:
            raise DataError(
                f"{printable(path)}: a mask without an image {printable(stem)}.jpg; add it or remove this"
            )
    if kind.lower() == FREE.lower():
        return [LabelledImage(path, defective=False, kind=kind) for path in images.values()]
    for stem, path in images.items():
        if stem not in masks:
            raise DataError(f"{printable(path)}: no mask {printable(path.stem)}.png beside it; copy it again")
    return [
        LabelledImage(path, defective=True, mask=None if is_black(masks[stem]) else masks[stem], kind=kind)
        for stem, path in images.items()
    ]


LAYOUT = Layout(
    name="tiles",
    title="magnetic tile",
    form="MT_<type>/Imgs with *.jpg and the mask *.png",
    look=_look,
    read=_read,
)
