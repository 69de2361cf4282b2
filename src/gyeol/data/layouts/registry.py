"""Which layouts there are, and which of them a folder is in."""

from __future__ import annotations

import shlex
from pathlib import Path

from gyeol.data.competition import find_root
from gyeol.data.dataset import Dataset
from gyeol.data.layouts import coco, competition, dagm, kolektor, labelme, manifest, mvtec, tiles
from gyeol.data.layouts.layout import Layout, Look, subfolders
from gyeol.data.listing import list_images
from gyeol.data.names import test_rows
from gyeol.data.prediction import images_for_prediction, submission_rows
from gyeol.data.table import enumerate_few
from gyeol.errors import DataError
from gyeol.files import printable

LAYOUTS: dict[str, Layout] = {
    each.LAYOUT.name: each.LAYOUT
    for each in (competition, dagm, mvtec, kolektor, tiles, manifest, coco, labelme)
}
"""All layouts by their names. A new one is a file beside this and an entry here."""
SEARCHED = 20
"""Folders in a folder that are looked into for data, where it is in no layout itself."""


def find_layout(folder: Path, name: str | None = None) -> Layout:
    """Tell which layout a folder is in, by what it holds.

    Parameters
    ----------
    folder : Path
        The data folder, or a manifest.
    name : str, optional
        The layout, if it is known; nothing is looked at then.

    Raises
    ------
    DataError
        One line: there is no such folder or no layout of that name; no layout fits (with what is there, and what the
        nearest lacks), or several do.
    """
    if name is not None:
        if name not in LAYOUTS:
            raise DataError(f"no layout {printable(name)!r}; there are {', '.join(LAYOUTS)}")
        return LAYOUTS[name]
    if not folder.is_dir() and manifest.find_manifest(folder) is None:
        find_root(folder)  # says that there is no such folder, or that it is a file
    looks = {each: _look(layout, folder) for each, layout in LAYOUTS.items()}
    fitting = [LAYOUTS[each] for each, look in looks.items() if look.matches]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " and ".join(each.name for each in fitting)
        raise DataError(
            f"{printable(folder)}: looks like several layouts ({names}); say which with "
            f"{' or '.join(f'--layout {each.name}' for each in fitting)}"
        )
    if inside := _inside(folder):
        raise DataError(
            f"{printable(folder)}: in no layout that gyeol knows, but {enumerate_few(inside)} in it; give "
            f"{'that folder' if len(inside) == 1 else 'one of those folders'}"
        )
    nearest = max(looks, key=lambda each: looks[each].found)  # of equal ones the first, the competition's
    raise DataError(
        f"{printable(folder)}: in no layout that gyeol knows. {_holds(folder)}; nearest is {nearest} "
        f"({LAYOUTS[nearest].form}), but there is {looks[nearest].lacking}. Layouts: {', '.join(LAYOUTS)}"
    )


def fitting_layouts(folder: Path) -> list[Layout]:
    """List the layouts that a folder looks like, if there are any; that there is no such folder is no error."""
    return [layout for layout in LAYOUTS.values() if _look(layout, folder).matches]


def _look(layout: Layout, folder: Path) -> Look:
    try:
        return layout.look(folder)
    except (DataError, OSError):  # pictures in a format that is not read, say; reading it will tell
        return Look(0, "something that cannot be read")


def _inside(folder: Path) -> list[str]:
    """Name the folders in a folder that are in a layout: unpacking often leaves one around the data."""
    found = ((each, fitting_layouts(each)) for each in subfolders(folder)[:SEARCHED])
    return [f"{each.name}/ is ({fitting[0].name})" for each, fitting in found if fitting]


def _holds(folder: Path) -> str:
    """Say what is in a folder."""
    names = sorted(
        path.name + "/" * path.is_dir() for path in folder.iterdir() if not path.name.startswith(".")
    )
    return f"It holds {enumerate_few(names)}" if names else "It is empty"


def read_dataset(folder: Path | str, layout: str | None = None) -> Dataset:
    """Read a data folder in any layout, as it is.

    Parameters
    ----------
    folder : Path or str
        The folder; for a manifest, the table will do.
    layout : str, optional
        The layout's name (see :data:`LAYOUTS`); found by look if not given.

    Returns
    -------
    Dataset
        It may have no defects to learn from; see :func:`read_training_data`.

    Raises
    ------
    DataError
        One line: the layout is not found, or the folder cannot be used as it is.
    """
    folder = Path(folder)
    return find_layout(folder, layout).read(folder)


def read_training_data(folder: Path | str, layout: str | None = None) -> Dataset:
    """Read a data folder to learn from.

    Raises
    ------
    DataError
        As :func:`read_dataset`, and if there are no defects or no normals to learn from.
    """
    folder = Path(folder)
    dataset = read_dataset(folder, layout)
    if not dataset.defects:
        known = sum(image.defective for image in dataset.key)
        remedy = "label some defects"
        if known:
            remedy = (
                f"move some of the {known:,} test defects to training: gyeol convert "
                f"{shlex.quote(printable(folder))} -o NEW --defects 6 --seed 0"
            )
        raise DataError(
            f"{printable(folder)}: no defects to learn from, and this detector learns from labelled defects; {remedy}"
        )
    if not dataset.normals:
        raise DataError(f"{printable(folder)}: no normal images to learn from; add some")
    return dataset


def rows_to_judge(place: Path, layout: str | None = None) -> tuple[list[tuple[str, Path]], Path | None]:
    """Find the images that somebody means by naming a place, and the row of each.

    Parameters
    ----------
    place : Path
        As :func:`gyeol.data.prediction.images_for_prediction` takes it, or a data folder in any layout, whose test
        images are meant.
    layout : str, optional
        The layout's name.

    Returns
    -------
    rows : list of (str, Path)
        Id and image, at least one.
    sample : Path or None
        The sample submission, where there is one.

    Raises
    ------
    DataError
        If there is no such place, or no image to judge.
    """
    found = _other_layout(place) if layout is None else LAYOUTS.get(layout) or find_layout(place, layout)
    if found is None or found.name == "competition":
        paths, sample = images_for_prediction(place)
        return submission_rows(paths, sample), sample
    dataset = found.read(place)
    if not dataset.test:
        raise DataError(
            f"{printable(place)}: no test images in the layout {found.name}; give a folder of images, or split it "
            f"with gyeol convert"
        )
    return test_rows(dataset), dataset.sample_submission


def _other_layout(place: Path) -> Layout | None:
    """Find a layout other than the competition's; None where the place itself holds what is to be judged."""
    if place.is_file():
        return LAYOUTS["manifest"] if manifest.find_manifest(place) else None
    if not place.is_dir() or list_images(place):  # a folder that holds images itself is meant itself
        return None
    fitting = fitting_layouts(place)
    if not fitting or (place / "test" / "images").is_dir() or fitting[0].name == "competition":
        return None
    return find_layout(place)
