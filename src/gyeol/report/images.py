"""Reading the images of a data folder that a report shows."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.competition import find_root
from gyeol.data.image import read_image, read_mask
from gyeol.data.listing import by_stem, key, list_images
from gyeol.errors import DataError
from gyeol.report.elements import Picture
from gyeol.report.tiles import data_uri, fitted

SIDE = 168
"""Longer side of a small picture, in pixels."""


class Album:
    """Small pictures of a folder's images, by the names that the facts give them.

    Parameters
    ----------
    data : Path
        The folder that was explored.
    """

    def __init__(self, data: Path) -> None:
        try:
            self.root = find_root(data)
        except DataError:
            self.root = data  # a bare folder of images
        folder = self.root / "train" / "defect_masks"
        try:
            self._masks = by_stem(list_images(folder)) if folder.is_dir() else {}
        except DataError:
            self._masks = {}

    def picture(self, name: str, alt: str, caption: str = "", outlined: bool = False) -> Picture | None:
        """Make one; None if the file is not there any more or cannot be read.

        Parameters
        ----------
        name : str
            Relative to the folder's root.
        alt, caption : str
        outlined : bool
            Whether to outline its mask, where it has a usable one.
        """
        path = self.root / name
        try:
            pixels = read_image(path)
        except DataError:
            return None
        mask = None
        if outlined and (file := self._masks.get(key(path.stem))):
            try:
                mask = read_mask(file, pixels.shape, path)
            except DataError:
                mask = None
        small = fitted(pixels, SIDE, mask)
        return Picture(data_uri(small), small.width, small.height, alt, caption)
