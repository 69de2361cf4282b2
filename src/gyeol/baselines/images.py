"""Whole images made small, as most classifiers take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol.data.ahead import ahead
from gyeol.data.dataset import Dataset
from gyeol.data.image import read_image
from gyeol.engine.stream import keep_to_one_core
from gyeol.errors import DataError, ModelError
from gyeol.plugins import HeldOut, Scored

Picture = Path | str | NDArray[np.uint8]
Pixels = NDArray[np.uint8]
T = TypeVar("T")
AHEAD = 64
"""Images that are read before they are asked for."""
READERS = 2


def read_small(paths: Sequence[Picture], size: int) -> Pixels:
    """Read images into one array (N, size, size) uint8.

    Raises
    ------
    DataError
        If an image cannot be read.
    """
    pixels = np.empty((len(paths), size, size), np.uint8)
    for row, picture in enumerate(each(paths, partial(small, size=size))):
        pixels[row] = picture
    return pixels


def each(images: Iterable[Picture], work: Callable[[Pixels], T]) -> Iterator[T]:
    """Read images and do something with each in the background, in order, a few ahead of what is taken."""

    def read_and_work(image: Picture) -> T:
        pixels = image if isinstance(image, np.ndarray) else read_image(Path(image))
        if pixels.ndim != 2 or pixels.dtype != np.uint8:
            raise ModelError(f"an image must be a (H, W) uint8 array, not {pixels.shape} {pixels.dtype}")
        return work(pixels)

    with ThreadPoolExecutor(READERS, initializer=keep_to_one_core) as pool:
        yield from ahead(pool, read_and_work, images, AHEAD)


def small(pixels: Pixels, size: int) -> Pixels:
    """Make an image (H, W) uint8 (size, size), whatever its shape."""
    # Pillow widens the filter when it shrinks, so that fine texture does not alias.
    return np.array(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR), np.uint8)


def in_batches(images: Iterable[Picture], size: int, count: int) -> Iterator[Pixels]:
    """Read and resize images and hand them out `count` at a time: (B, size, size) uint8."""
    waiting: list[Pixels] = []
    for picture in each(images, partial(small, size=size)):
        waiting.append(picture)
        if len(waiting) == count:
            yield np.stack(waiting)
            waiting = []
    if waiting:
        yield np.stack(waiting)


def score_unlearnt(score: Callable[[Pixels], Scored], dataset: Dataset, normals: Sequence[Path]) -> HeldOut:
    """Score held-out normals, and all defects: what learns from normals alone has learnt from none of them.

    Raises
    ------
    DataError
        If there are no defects, or an image cannot be read.
    """
    defects = [image.path for image in dataset.defects]
    if not defects:
        raise DataError(f"{dataset.root}: no defects; the threshold needs some")
    good, bad = (np.array([found.score for found in each(paths, score)]) for paths in (normals, defects))
    return HeldOut(good, bad)
