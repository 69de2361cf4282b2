"""MVTec AD: one category, learnt from good pictures.

The form is that of P. Bergmann et al., "MVTec AD: A Comprehensive Real-World Dataset for Unsupervised Anomaly
Detection", CVPR 2019 (mvtec.com/company/research/datasets/mvtec-ad)::

    carpet/train/good/000.png
    carpet/test/good/000.png   carpet/test/color/000.png   carpet/ground_truth/color/000_mask.png

Beyond it, ``train/<type>`` may hold defects to learn from, with their masks in ``ground_truth/<type>``, too: that is
what `gyeol convert` writes.
"""

from __future__ import annotations

from pathlib import Path

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts.layout import Layout, Look, child, require_folder, subfolders
from gyeol.data.listing import by_stem, key, list_images
from gyeol.data.table import enumerate_few
from gyeol.errors import DataError
from gyeol.files import printable

GOOD = "good"
_MASK = "_mask"


def _look(folder: Path) -> Look:
    if not child(folder, "train").is_dir():
        inner = _categories(folder)
        if inner:
            return Look(4)  # _read says that one of them has to be given
        return Look(0, "no folder train/good")
    if not child(child(folder, "train"), GOOD).is_dir():
        return Look(1 if child(folder, "ground_truth").is_dir() else 0, "no folder train/good")
    return Look(3)


def _categories(folder: Path) -> list[Path]:
    return [each for each in subfolders(folder) if child(child(each, "train"), GOOD).is_dir()]


def _read(folder: Path) -> Dataset:
    """Read a category: train is training, test is test, and its folders are the key. The kind is the type.

    Raises
    ------
    DataError
        It is the folder of several categories, a folder is missing or empty, a mask has no image.
    """
    require_folder(folder)
    train = child(folder, "train")
    if not child(train, GOOD).is_dir():
        inner = _categories(folder)
        if inner:
            names = ", ".join(printable(each.name) for each in inner)
            raise DataError(
                f"{printable(folder)}: a folder of categories ({names}); give one, each is learnt alone"
            )
        raise DataError(
            f"{printable(child(train, GOOD))}: no such folder; MVTec AD has the good pictures there"
        )
    truth = child(folder, "ground_truth")
    learnt = _part(train, truth)
    if not any(not image.defective for image in learnt):
        raise DataError(f"{printable(child(train, GOOD))}: no images in it; put the good pictures there")
    test = child(folder, "test")
    key_ = _part(test, truth) if test.is_dir() else []
    _refuse_orphans(truth, [*learnt, *key_])
    learnt.sort(key=lambda image: (not image.defective, image.path))
    lacking = [image.path for image in (*learnt, *key_) if image.defective and image.mask is None]
    note = f"{len(lacking):,} defects have no mask, so that the image alone is the label"
    return Dataset(
        folder,
        tuple(learnt),
        tuple(image.path for image in key_),
        key=tuple(key_),
        notes=(f"{note} ({enumerate_few([str(path.relative_to(folder)) for path in lacking])}).",)
        if lacking
        else (),
    )


def _part(folder: Path, truth: Path) -> list[LabelledImage]:
    """Read train or test: one folder a type, sorted by path."""
    found: list[LabelledImage] = []
    for place in subfolders(folder):
        images = by_stem(list_images(place))
        if place.name.lower() == GOOD:
            found += [LabelledImage(path, defective=False, kind=GOOD) for path in images.values()]
            continue
        masks = _masks(child(truth, place.name))
        for stem, path in images.items():
            found.append(LabelledImage(path, defective=True, mask=masks.get(stem), kind=place.name))
    return found


def _masks(folder: Path) -> dict[str, Path]:
    """Map the names of images to their masks: 000_mask.png, or as some derived sets have it 000.png."""
    if not folder.is_dir():
        return {}
    masks = by_stem(list_images(folder))
    return {stem.removesuffix(_MASK): path for stem, path in masks.items()}


def _refuse_orphans(truth: Path, images: list[LabelledImage]) -> None:
    """Refuse masks without an image: most often, pictures were lost in copying."""
    if not truth.is_dir():
        return
    there = {(key(image.kind).lower(), key(image.path.stem)) for image in images}
    for place in subfolders(truth):
        for stem, path in _masks(place).items():
            if (key(place.name).lower(), stem) not in there:
                raise DataError(
                    f"{printable(path)}: a mask without an image {printable(stem)} in test/{printable(place.name)}; "
                    f"add the image or remove the mask"
                )


LAYOUT = Layout(
    name="mvtec",
    title="MVTec AD",
    form="train/good, test/<type>, ground_truth/<type>/*_mask.png",
    look=_look,
    read=_read,
)
