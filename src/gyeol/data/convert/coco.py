"""Writing COCO's layout: images, and one file of instances for each part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.data.annotation import read_marked
from gyeol.data.annotation.runs import encode
from gyeol.data.convert.place import Named, Placer, named_test, named_training, require_labels
from gyeol.data.dataset import Dataset
from gyeol.data.image import read_image


def write(dataset: Dataset, folder: Path, placer: Placer) -> None:
    """Write ``images/{train,test}`` and ``annotations/instances_{train,test}.json``.

    Every defect has one annotation: its whole mask in run lengths, which keep it to the pixel, as a polygon would
    not. A defect without a mask has a box round the whole image, and is read so again.

    Raises
    ------
    DataError
        If test images have no labels, or a file cannot be read.
    OSError
        If something cannot be written.
    """
    require_labels(dataset, "coco")
    labels = [*dataset.train, *dataset.key]
    kinds = sorted({image.kind or "defect" for image in labels if image.defective})
    categories = {kind: number for number, kind in enumerate(kinds, start=1)}
    (folder / "annotations").mkdir()
    for part, images in (("train", named_training(dataset)), ("test", named_test(dataset))):
        if not images:
            continue
        content: dict[str, Any] = {
            "images": [],
            "annotations": [],
            "categories": [{"id": number, "name": kind} for kind, number in categories.items()],
        }
        for number, image in enumerate(images, start=1):
            placer.image(image.path, folder / "images" / part / image.file)
            height, width = read_image(image.path).shape
            content["images"].append(
                {"id": number, "file_name": image.file, "height": height, "width": width}
            )
            if image.label is not None and image.label.defective:
                content["annotations"].append(_annotation(image, number, categories, (height, width)))
        file = folder / "annotations" / f"instances_{part}.json"
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _annotation(
    image: Named, number: int, categories: dict[str, int], shape: tuple[int, int]
) -> dict[str, Any]:
    label = image.label
    height, width = shape
    mask: NDArray[np.bool_] | None = None
    kind = "defect"
    if label is not None:
        kind = label.kind or kind
        mask = None if label.mask is None else read_marked(label.mask, shape, image.path)
    entry: dict[str, Any] = {"id": number, "image_id": number, "category_id": categories[kind], "iscrowd": 0}
    if mask is None:
        return entry | {"segmentation": [], "bbox": [0, 0, width, height], "area": height * width}
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    box = [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top]
    runs = {"size": [height, width], "counts": encode(mask)}
    return entry | {"segmentation": runs, "bbox": box, "area": int(mask.sum())}
