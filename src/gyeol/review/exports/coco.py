"""COCO's form for instance segmentation: one JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from gyeol.data.image import read_image
from gyeol.files import atomic_file
from gyeol.review.database import Database
from gyeol.review.exports.outline import mask_pixels, outlines
from gyeol.review.exports.reviewed import reviewed

DEFECT = 1
"""The category's number; COCO counts from 1."""


def export_coco(database: Database, path: Path) -> int:
    """Write all answered images but the unsure ones; returns how many.

    A defect without a mask is an image whose annotation covers all of it (and says so: ``"whole_image": true``); a
    normal has none. Pieces of a mask are polygons of one annotation.

    Raises
    ------
    DataError
        If an image cannot be read.
    OutputError
        If the file cannot be written.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for each in reviewed(database):
        if each.defective is None:
            continue
        height, width = read_image(each.path).shape
        number = len(images) + 1
        images.append({"id": number, "file_name": each.name, "width": width, "height": height})
        if each.defective:
            mask = np.ones((height, width), bool) if each.mask is None else mask_pixels(each.mask)
            annotations.append(_annotation(len(annotations) + 1, number, mask, each.mask is None))
    content = {
        "info": {"description": "Reviewed with gyeol", "version": "1.0"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": DEFECT, "name": "defect", "supercategory": ""}],
    }
    with atomic_file(path) as stream:
        json.dump(content, stream, ensure_ascii=False)
    return len(images)


def _annotation(
    number: int, image: int, mask: np.ndarray[Any, np.dtype[np.bool_]], whole: bool
) -> dict[str, Any]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "id": number,
        "image_id": image,
        "category_id": DEFECT,
        "segmentation": [line.ravel().tolist() for line in outlines(mask)],
        "area": int(mask.sum()),
        "bbox": [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top],
        "iscrowd": 0,
        "whole_image": whole,
    }
