"""The competition's layout, as `gyeol train` reads it: defects, their masks and normals, in one archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gyeol.errors import DataError
from gyeol.files import atomic_file, printable
from gyeol.review.database import Database
from gyeol.review.exports.reviewed import reviewed


def export_competition(database: Database, path: Path) -> int:
    """Write ``train/defect_images``, ``train/defect_masks`` and ``train/normal_images`` into a zip file.

    Images of which somebody was unsure are left out; files go in as they are, byte for byte.

    Returns
    -------
    int
        How many images are in it.

    Raises
    ------
    DataError
        If there is no defect or no normal among the verdicts: nothing could be learnt from the folder.
    OutputError
        If the file cannot be written.
    """
    counts = {True: 0, False: 0}  # by whether they are defective
    with atomic_file(path, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        for each in reviewed(database):
            if each.defective is None:
                continue
            folder = "defect" if each.defective else "normal"
            try:
                archive.write(each.path, f"train/{folder}_images/{each.name}")
            except OSError as error:
                raise DataError(
                    f"{printable(each.path)}: cannot be read ({error.strerror}); was it moved?"
                ) from error
            if each.defective and each.mask is not None:
                archive.writestr(f"train/defect_masks/{Path(each.name).stem}.png", each.mask)
            counts[each.defective] += 1
        if not all(counts.values()):
            raise DataError(
                f"{counts[True]} defects and {counts[False]} normals were found in review; "
                "a folder to train on needs both"
            )
    return sum(counts.values())
