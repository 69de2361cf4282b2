"""COCO's file of many images, read as masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gyeol.data.annotation.drawn import Drawn, Shape, points_of
from gyeol.data.annotation.files import read_json
from gyeol.data.annotation.runs import Runs
from gyeol.data.annotation.shapes import Box, Outline
from gyeol.errors import DataError
from gyeol.files import printable


@dataclass
class Annotated:
    """One image of a COCO file.

    Parameters
    ----------
    name : str
        Its ``file_name``, which may have folders in it.
    size : (int, int) or None
        Its height and width in pixels, if they are given.
    defective : bool
        Whether any annotation is of it.
    shapes : list of Shape
        What they mark.
    categories : list of str
        Their categories' names, each once.
    """

    name: str
    size: tuple[int, int] | None
    defective: bool = False
    shapes: list[Shape] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)

    def drawn(self, file: Path) -> Drawn | None:
        """Make the mask; None if nothing says where the defect is."""
        return Drawn(file, tuple(self.shapes), self.size) if self.shapes else None


def is_coco(content: Any) -> bool:
    """Tell by a JSON file's content whether it is a COCO file of instances."""
    return isinstance(content, dict) and all(
        isinstance(content.get(part), list) for part in ("images", "annotations")
    )


def read_coco(path: Path) -> list[Annotated]:
    """Read a file in the form of COCO's instances (cocodataset.org, "Data format", object detection).

    Every category counts as a defect. Of an annotation, the ``segmentation`` counts (polygons, or run lengths, plain
    or compressed); where it is empty, the ``bbox``. A box round the whole image says that there is a defect but not
    where, so it makes no mask.

    Returns
    -------
    list of Annotated
        In the file's order.

    Raises
    ------
    DataError
        If it cannot be read, is no such file, or has an annotation that fits no image or cannot be drawn.
    """
    content = read_json(path)
    if not is_coco(content):
        raise DataError(f"{printable(path)}: no COCO file of instances; it needs images and annotations")
    try:
        return list(_images(content))
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{printable(path)}: an entry lacks a part or has a wrong one ({printable(error)[:80]}); "
            f"export the annotations again"
        ) from error
    except ValueError as error:
        raise DataError(f"{printable(path)}: {printable(error)}; export the annotations again") from error


def _images(content: dict[str, Any]) -> Iterator[Annotated]:
    categories = {each["id"]: str(each["name"]) for each in content.get("categories") or []}
    images: dict[Any, Annotated] = {}
    for entry in content["images"]:
        height, width = entry.get("height"), entry.get("width")
        size = (int(height), int(width)) if height and width else None
        images[entry["id"]] = Annotated(str(entry["file_name"]).replace("\\", "/"), size)
    for entry in content["annotations"]:
        image = images.get(entry["image_id"])
        if image is None:
            raise ValueError(f"an annotation is of image {entry['image_id']!r}, which is not listed")
        image.defective = True
        image.shapes.extend(_shapes(entry, image.size))
        category = categories.get(entry.get("category_id"))
        if category and category not in image.categories:
            image.categories.append(category)
    yield from images.values()


def _shapes(entry: dict[str, Any], size: tuple[int, int] | None) -> Iterator[Shape]:
    segmentation = entry.get("segmentation")
    if isinstance(segmentation, dict):
        height, width = segmentation["size"]
        counts = segmentation["counts"]
        plain = counts if isinstance(counts, str) else tuple(int(length) for length in counts)
        yield Runs(int(height), int(width), plain)
    elif segmentation:
        for numbers in segmentation:
            values = [float(number) for number in numbers]
            if len(values) < 6 or len(values) % 2:
                raise ValueError(f"a polygon of annotation {entry.get('id')!r} has {len(values)} numbers")
            yield Outline("polygon", points_of(list(zip(values[::2], values[1::2], strict=True))))
    elif entry.get("bbox"):
        left, top, width, height = entry["bbox"]
        (left, top), (width, height) = points_of([(left, top), (width, height)])
        whole = size is not None and left <= 0 and top <= 0 and (width, height) >= (size[1], size[0])
        if not whole:
            yield Box(left, top, width, height)
