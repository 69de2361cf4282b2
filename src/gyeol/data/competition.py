"""Reading the competition's folder layout."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.annotation.drawn import Mask, mask_file
from gyeol.data.annotation.files import read_json
from gyeol.data.annotation.labelme import is_labelme, read_labelme
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.listing import by_stem, key, list_images
from gyeol.data.prediction import images_for_prediction, submission_rows
from gyeol.errors import DataError
from gyeol.files import printable

__all__ = ["find_root", "images_for_prediction", "list_images", "read_competition", "submission_rows"]

_EXPECTED = (
    "train/defect_images, train/normal_images, and where you have them train/defect_masks and test/images"
)


def read_competition(root: Path) -> Dataset:
    """Read a folder in the competition's layout, without opening any image.

    ::

        root/train/defect_images/*   root/train/defect_masks/*   root/train/normal_images/*
        root/test/images/*           root/test/sample_submission.csv

    Masks have the name of their image (the extension may differ). The masks, single masks, the test part and
    the sample submission may be missing. For a defect without a mask file, a LabelMe file ``NAME.json`` beside the
    image or among the masks is its mask.

    Parameters
    ----------
    root : Path
        The folder that holds ``train``; its parent, if it is called ``data``; or ``train`` itself.

    Returns
    -------
    Dataset
        Defects first, each part sorted by name.

    Raises
    ------
    DataError
        One line: a folder is missing, there are no defects or no normals, a mask has no image, two files
        share a name, or the sample submission and the test images do not belong together.
    """
    root = find_root(root)
    train = root / "train"
    defects = list_images(_require(train / "defect_images", root))
    normals = list_images(_require(train / "normal_images", root))
    for images, folder, what in (
        (defects, "defect_images", "defects"),
        (normals, "normal_images", "normals"),
    ):
        if not images:
            raise DataError(
                f"{printable(train / folder)}: no images in it; put the {what} there (PNG, JPEG, BMP or TIFF)"
            )
    by_stem(normals)
    labelled = _with_masks(defects, train / "defect_masks")
    labelled += [LabelledImage(path, defective=False) for path in normals]
    test, sample = _read_test(root)
    return Dataset(root, tuple(labelled), test, sample)


def find_root(path: Path) -> Path:
    """Find the folder that holds ``train``: the path itself, its ``data``, or the parent of a ``train``.

    Raises
    ------
    DataError
        If there is none.
    """
    if not path.exists():
        raise DataError(f"{printable(path)}: no such folder; give the folder that holds train/")
    if not path.is_dir():
        raise DataError(f"{printable(path)}: a file; give the folder that holds train/")
    for candidate in (path, path / "data"):
        if (candidate / "train").is_dir():
            return candidate
    if (path / "defect_images").is_dir() or (path / "normal_images").is_dir():
        return path.parent
    raise DataError(f"{printable(path)}: no folder train in it; expected {_EXPECTED}")


def _require(folder: Path, root: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"{printable(folder)}: no such folder; expected in {printable(root)}: {_EXPECTED}")
    return folder


def _with_masks(defects: list[Path], folder: Path) -> list[LabelledImage]:
    """Pair each defect with its mask by name."""
    images = by_stem(defects)
    masks: dict[str, Mask] = dict(by_stem(list_images(folder))) if folder.is_dir() else {}
    orphans = [mask_file(mask) for stem, mask in masks.items() if stem not in images]
    if orphans:
        more = f" (and {len(orphans) - 1:,} more masks have none)" if len(orphans) > 1 else ""
        raise DataError(
            f"{printable(orphans[0])}: a mask without an image of that name in defect_images{more}; "
            f"add the image or remove the mask"
        )
    for place in (folder, folder.with_name("defect_images")):
        for file in sorted(place.glob("*.json")):
            stem = key(file.stem)
            if stem in images and stem not in masks and is_labelme(read_json(file)):
                drawn = read_labelme(file).drawn
                if drawn is not None:
                    masks[stem] = drawn
    return [LabelledImage(path, defective=True, mask=masks.get(stem)) for stem, path in images.items()]


def _read_test(root: Path) -> tuple[tuple[Path, ...], Path | None]:
    """List the test part, if there is one."""
    folder = root / "test" / "images"
    test = tuple(list_images(folder)) if folder.is_dir() else ()
    sample = root / "test" / "sample_submission.csv"
    if not sample.is_file():
        submission_rows(test)
        return test, None
    if test:  # training needs no test images, so a sample on its own is no fault
        submission_rows(test, sample)
    return test, sample
