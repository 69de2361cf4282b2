"""LabelMe's form: a JSON file beside every image, in one archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from gyeol.data.image import read_image
from gyeol.errors import DataError
from gyeol.files import atomic_file, printable
from gyeol.review.database import Database
from gyeol.review.exports.outline import mask_pixels, outlines
from gyeol.review.exports.reviewed import Reviewed, reviewed
from gyeol.review.verdicts import ANSWERS


def export_labelme(database: Database, path: Path) -> int:
    """Write the answered images with their JSON files into a zip file; returns how many.

    The answer is the file's flag of that name; a defect's mask is polygons with the label "defect".

    Raises
    ------
    DataError
        If an image cannot be read.
    OutputError
        If the file cannot be written.
    """
    count = 0
    with atomic_file(path, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        for count, each in enumerate(reviewed(database), start=1):  # noqa: B007 (the last one is the answer)
            text = json.dumps(_description(each), ensure_ascii=False, indent=1)
            archive.writestr(f"{Path(each.name).stem}.json", text)
            try:
                archive.write(each.path, each.name)
            except OSError as error:
                raise DataError(
                    f"{printable(each.path)}: cannot be read ({error.strerror}); was it moved?"
                ) from error
    return count


def _description(each: Reviewed) -> dict[str, Any]:
    height, width = read_image(each.path).shape
    lines = [] if each.mask is None else outlines(mask_pixels(each.mask))
    return {
        "version": "5.5.0",
        "flags": {name: each.answer == name for name in ANSWERS},
        "shapes": [
            {
                "label": "defect",
                "points": line.tolist(),
                "group_id": 1,  # pieces of one mask belong together
                "description": "",
                "shape_type": "polygon",
                "flags": {},
            }
            for line in lines
        ],
        "imagePath": each.name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
