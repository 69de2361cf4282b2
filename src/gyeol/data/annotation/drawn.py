"""The shapes that mark the defect of one image, and the one place where any mask is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol.data.image import read_mask
from gyeol.errors import DataError
from gyeol.files import printable


class Shape(Protocol):
    """One shape; its ``repr`` tells everything that it draws."""

    def draw(self, canvas: Image.Image) -> None:
        """Set the shape's pixels of an 8-bit canvas to 255.

        Raises
        ------
        ValueError
            If it cannot be drawn on this canvas; the text says why.
        """


@dataclass(frozen=True)
class Drawn:
    """A mask as shapes.

    Parameters
    ----------
    file : Path
        The annotation file, for messages.
    shapes : tuple of Shape
        What is marked is what any of them covers.
    size : (int, int), optional
        Height and width of the image that they were drawn on, where the annotation says it.
    """

    file: Path
    shapes: tuple[Shape, ...]
    size: tuple[int, int] | None = None

    def read(self, shape: tuple[int, int], image: Path) -> NDArray[np.bool_]:
        """Draw the shapes.

        Parameters
        ----------
        shape : (int, int)
            Height and width of the image.
        image : Path
            The image, to be named in the error.

        Returns
        -------
        ndarray of bool, shape (H, W)
            At least one pixel is True.

        Raises
        ------
        DataError
            If the image has another size than was annotated, a shape cannot be drawn, or nothing is marked.
        """
        of = f"{printable(self.file)}: the annotation of {printable(image)}"
        if self.size is not None and self.size != tuple(shape):
            raise DataError(
                f"{of} is for {self.size[1]}x{self.size[0]} pixels, but the image is {shape[1]}x{shape[0]}; "
                f"annotate the image as it is now"
            )
        canvas = Image.new("L", (shape[1], shape[0]))
        try:
            for each in self.shapes:
                each.draw(canvas)
        except ValueError as error:
            raise DataError(f"{of}: {printable(error)}; mend it in the annotation program") from error
        marked = np.asarray(canvas) > 0
        if not marked.any():
            raise DataError(f"{of} marks no pixel of it; mark the defect, or remove the shape")
        return marked

    def fingerprint(self) -> str:
        """16 hex digits of what is drawn; however the file is written, and whatever else is in it."""
        return hashlib.sha256(repr((self.size, self.shapes)).encode()).hexdigest()[:16]


Mask = Path | Drawn
"""What can mark the defect of an image: an image file, or shapes."""


def read_marked(mask: Mask, shape: tuple[int, int] | None, image: Path) -> NDArray[np.bool_]:
    """Read a mask of either form.

    Parameters
    ----------
    mask : Path or Drawn
    shape : (int, int) or None
        Height and width of the image. None if it cannot be read: then a file is read at its own size, and
        shapes are drawn at the size that was annotated.
    image : Path
        The image, to be named in the error.

    Returns
    -------
    ndarray of bool, shape (H, W)
        At least one pixel is True.

    Raises
    ------
    DataError
        As :func:`gyeol.data.image.read_mask` and :meth:`Drawn.read`.
    """
    if isinstance(mask, Path):
        return read_mask(mask, shape, image)
    drawn_at = shape or mask.size
    if drawn_at is None:
        raise DataError(f"{printable(image)}: cannot be read, so its annotation has no size; mend the image")
    return mask.read(drawn_at, image)


def mask_file(mask: Mask) -> Path:
    """Name the file that a mask comes from."""
    return mask if isinstance(mask, Path) else mask.file


def points_of(values: object) -> tuple[tuple[float, float], ...]:
    """Check and convert points as annotation files hold them: ``[[x, y], ...]``, in pixels.

    Raises
    ------
    ValueError
        If they are no finite pairs of numbers.
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise ValueError("a shape has no list of points")
    try:
        pairs = tuple((float(x), float(y)) for x, y in values)
    except (TypeError, ValueError) as error:
        raise ValueError("a point is not a pair of numbers") from error
    # Far beyond any image, so that Pillow's integers cannot overflow.
    if not all(abs(value) < 1e6 for pair in pairs for value in pair):  # also catches NaN
        raise ValueError("a point lies far outside the image")
    return pairs
