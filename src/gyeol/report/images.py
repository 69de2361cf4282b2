"""Reading the images of a data folder that a report shows."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.annotation import Mask, read_marked
from gyeol.data.competition import find_root
from gyeol.data.image import read_image
from gyeol.data.layouts import read_dataset
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
    layout : str
        The name of its layout; empty if it has none.
    """

    def __init__(self, data: Path, layout: str = "") -> None:
        self._marked: dict[Path, Mask] = {}
        self._masks: dict[str, Path] = {}
        try:
            dataset = read_dataset(data, layout or None)
        except DataError:  # a folder with faults, or a bare one of images, can be explored, too
            self._read_as_it_is(data)
        else:
            self.root = dataset.root
            self._marked = {each.path: each.mask for each in dataset.defects if each.mask is not None}

    def _read_as_it_is(self, data: Path) -> None:
        try:
            self.root = find_root(data)
        except DataError:
            self.root = data
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
        if outlined and (marked := self._marked.get(path) or self._masks.get(key(path.stem))):
            try:
                mask = read_marked(marked, pixels.shape, path)
            except DataError:
                mask = None
        small = fitted(pixels, SIDE, mask)
        return Picture(data_uri(small), small.width, small.height, alt, caption)
