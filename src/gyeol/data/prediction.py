"""Which images to judge when somebody names a place, and which row of the table each one is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gyeol.data.listing import by_stem, key, list_images
from gyeol.data.submission import read_sample_ids
from gyeol.data.table import enumerate_few
from gyeol.errors import DataError
from gyeol.files import printable

_SAMPLE = "sample_submission.csv"


def images_for_prediction(path: Path) -> tuple[list[Path], Path | None]:
    """Find the images that somebody means by naming a place.

    Parameters
    ----------
    path : Path
        An image file; a folder of images; or a competition folder (its ``test/images`` is meant), the parent
        of one that is called ``data``, its ``test``, or its ``test/images``.

    Returns
    -------
    paths : list of Path
        At least one, sorted by name.
    sample : Path or None
        The ``sample_submission.csv`` in the folder of the images or right above it.

    Raises
    ------
    DataError
        If there is no such place, or no image in it.
    """
    if not path.exists():
        raise DataError(f"{printable(path)}: no such file or folder; give an image or a folder of images")
    if not path.is_dir():
        return [path], None
    # A folder that holds images itself is meant itself, whatever else is in it.
    folders = (path, path / "test" / "images", path / "data" / "test" / "images", path / "images")
    for folder in folders:
        images = list_images(folder) if folder.is_dir() else []
        if images:
            samples = (folder / _SAMPLE, folder.resolve().parent / _SAMPLE)
            return images, next((sample for sample in samples if sample.is_file()), None)
    raise DataError(
        f"{printable(path)}: no images in it or in its test/images; PNG, JPEG, BMP and TIFF are read"
    )


def submission_rows(paths: Sequence[Path], sample: Path | None = None) -> list[tuple[str, Path]]:
    """Say which image is which row of the submission.

    Parameters
    ----------
    paths : sequence of Path
        The images.
    sample : Path, optional
        The sample submission. Its ids are file names with or without the extension.

    Returns
    -------
    list of (str, Path)
        Id and image, in the sample's order; without a sample, the name without extension, in the given order.

    Raises
    ------
    DataError
        If two images have the same name but for the extension, if the sample has ids without an image, or
        if it lacks images.
    """
    stems = by_stem(paths)
    if sample is None:
        return [(path.stem, path) for path in stems.values()]
    names = {key(path.name): path for path in paths}
    rows: list[tuple[str, Path]] = []
    missing: list[str] = []
    for name in read_sample_ids(sample):
        path = stems.get(key(name)) or names.get(key(name))
        if path is None:
            missing.append(name)
        else:
            rows.append((name, path))
    used = {path for _, path in rows}
    extra = [path.name for path in paths if path not in used]
    faults = []
    if missing:
        faults.append(f"{len(missing):,} of its ids have no image ({enumerate_few(missing)})")
    if extra:
        faults.append(f"{len(extra):,} images are not in it ({enumerate_few(extra)})")
    if len(used) < len(rows):
        faults.append("some images are named by two of its ids")
    if faults:
        raise DataError(
            f"{printable(sample)}: {' and '.join(faults)}; "
            f"complete the images, or move the file away to predict without it"
        )
    return rows
