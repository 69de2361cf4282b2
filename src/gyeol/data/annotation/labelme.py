"""LabelMe's file of one image, read as a mask."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from gyeol.data.annotation.drawn import Drawn, Shape, points_of
from gyeol.data.annotation.files import read_json
from gyeol.data.annotation.shapes import Outline
from gyeol.errors import DataError
from gyeol.files import printable

_FORMS = {
    "polygon": "polygon",
    "oriented_rectangle": "polygon",
    "rectangle": "rectangle",
    "circle": "circle",
    "line": "line",
    "linestrip": "line",
    "point": "point",
    "points": "point",
}


@dataclass(frozen=True)
class _Patch:
    """A small picture of what is marked, laid at a corner: LabelMe's type "mask"."""

    left: int
    top: int
    png: str

    def draw(self, canvas: Image.Image) -> None:
        try:
            with PngImageFile(io.BytesIO(base64.b64decode(self.png, validate=True))) as opened:
                if max(opened.size) > 4096:
                    raise ValueError("the picture of a mask is larger than any image")
                marked = np.asarray(opened.convert("L")) > 0
        except (binascii.Error, OSError, SyntaxError) as error:
            raise ValueError("the picture of a mask is damaged") from error
        canvas.paste(255, (self.left, self.top), Image.fromarray(marked))


@dataclass(frozen=True)
class LabelMe:
    """What a LabelMe file says.

    Parameters
    ----------
    image : str
        Its ``imagePath``, relative to the file; empty if it has none.
    drawn : Drawn or None
        What it marks; None if it has no shapes.
    labels : tuple of str
        The labels of its shapes, in order, each once.
    """

    image: str
    drawn: Drawn | None
    labels: tuple[str, ...]


def is_labelme(content: Any) -> bool:
    """Tell by a JSON file's content whether LabelMe wrote it."""
    return isinstance(content, dict) and isinstance(content.get("shapes"), list) and "imagePath" in content


def read_labelme(path: Path) -> LabelMe:
    """Read the file that LabelMe writes beside an image.

    The form is that of LabelMe 3 to 5 (github.com/wkentaro/labelme): ``shapes`` with ``shape_type``, ``points`` and
    ``label``, ``imagePath``, ``imageHeight`` and ``imageWidth``. Polygons (turned rectangles too), rectangles,
    circles, lines, points and masks are read; a shape without a type is a polygon. Every label counts as a defect.

    Raises
    ------
    DataError
        If it cannot be read, is no such file, or holds a shape that cannot be drawn.
    """
    content = read_json(path)
    if not is_labelme(content):
        raise DataError(f"{printable(path)}: no LabelMe file (no shapes and imagePath); save it from LabelMe")
    try:
        shapes = tuple(_shape(each) for each in content["shapes"])
    except ValueError as error:
        raise DataError(f"{printable(path)}: {printable(error)}; mend it in LabelMe") from error
    height, width = content.get("imageHeight"), content.get("imageWidth")
    size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
    labels = dict.fromkeys(str(each.get("label") or "") for each in content["shapes"])
    return LabelMe(
        image=str(content["imagePath"] or "").replace("\\", "/"),  # as written on Windows
        drawn=Drawn(path, shapes, size) if shapes else None,
        labels=tuple(label for label in labels if label),
    )


def _shape(entry: Any) -> Shape:
    if not isinstance(entry, dict):
        raise ValueError("a shape is no object")
    form, points = entry.get("shape_type") or "polygon", points_of(entry.get("points"))
    if form == "mask":
        if not points or not isinstance(entry.get("mask"), str):
            raise ValueError("a mask has no picture or no place")
        # The first point is the corner; the second follows from the picture.
        return _Patch(round(points[0][0]), round(points[0][1]), entry["mask"])
    if form not in _FORMS:
        raise ValueError(f"a shape of the type {printable(form)!r} cannot be drawn")
    return Outline(_FORMS[form], points)
