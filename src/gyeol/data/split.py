"""Splitting labelled images into training and test by a seed, with all pictures of one piece on one side."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.duplicates import alike_groups
from gyeol.data.image import read_image
from gyeol.data.signature import signature
from gyeol.data.sources import canonical_hash, source_groups
from gyeol.errors import DataError
from gyeol.files import printable

DEFECTS = 6
"""Defects of each type to learn from, where a layout has no split: five types make thirty."""
NORMALS_SHARE = 0.5

_NEAR_SIDE = 128  # pixels: below, pictures of one weave may be taken for copies
_NEAR_MOST = 600  # pictures: the time of looking for near copies grows with the square


def picture_groups(images: Sequence[LabelledImage]) -> list[list[LabelledImage]]:
    """Gather the pictures of each piece.

    A piece may have been photographed several times, in other light and under another number, and a picture may lie
    there turned or mirrored, so the pictures themselves are compared, as `gyeol explore` does: those with alike
    signatures, and exact, turned and mirrored copies. Labels do not matter, for some pieces are in two types.

    Parameters
    ----------
    images : sequence of LabelledImage

    Returns
    -------
    list of list of LabelledImage
        First the groups of two or more, by their first image; then the single ones. Both in the given order.

    Raises
    ------
    DataError
        If an image cannot be read.
    """
    if not images:
        return []
    signatures: list[NDArray[np.float16]] = []
    hashes: list[str] = []
    for image in images:
        pixels = read_image(image.path)
        signatures.append(signature(pixels))
        hashes.append(canonical_hash(pixels))
    groups = list(range(len(images)))
    for together in alike_groups(np.stack(signatures)):
        _join(groups, together)
    _join_equal(groups, range(len(images)), source_groups(hashes))
    members: dict[int, list[LabelledImage]] = {}
    for image, group in zip(images, groups, strict=True):
        members.setdefault(group, []).append(image)
    return sorted(members.values(), key=lambda group: len(group) == 1)  # a stable sort


def near_units(groups: Sequence[list[LabelledImage]]) -> list[int]:
    """Find the groups that belong together because defects in them are copies turned by any angle, or cut otherwise.

    Parameters
    ----------
    groups : sequence of list of LabelledImage
        From :func:`picture_groups`, which finds most copies but not these.

    Returns
    -------
    list of int
        A number for each group; those that belong together have the same. Defects under 128 pixels a side are left
        out, for there the comparison may fail, and so are all if there are more than 600.
    """
    units = list(range(len(groups)))
    places: list[int] = []
    pixels: list[NDArray[np.uint8]] = []
    for place, group in enumerate(groups):
        for image in group:
            if image.defective and len(pixels) <= _NEAR_MOST:
                picture = read_image(image.path)
                if min(picture.shape) >= _NEAR_SIDE:
                    places.append(place)
                    pixels.append(picture)
    if 1 < len(pixels) <= _NEAR_MOST:
        _join_equal(units, places, source_groups(pixels))
    return units


def _join_equal(groups: list[int], places: Sequence[int], labels: NDArray[np.intp]) -> None:
    """Join the places whose labels are equal."""
    for label in np.flatnonzero(np.bincount(labels) > 1):
        _join(groups, [places[int(row)] for row in np.flatnonzero(labels == label)])


def _join(groups: list[int], places: Sequence[int]) -> None:
    """Give everything that hangs together with any of the places one number, the smallest."""
    numbers = {groups[place] for place in places}
    for place, number in enumerate(groups):
        if number in numbers:
            groups[place] = min(numbers)


def draw_groups(
    groups: Sequence[list[LabelledImage]], units: Sequence[int], defects: int, normals: int, seed: int
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    """Draw whole groups at random until there is no room for another.

    Parameters
    ----------
    groups : sequence of list of LabelledImage
        From :func:`picture_groups`.
    units : sequence of int
        Of each group, from :func:`near_units`; groups of one unit are drawn with the first of them.
    defects : int
        Room for defects of each kind.
    normals : int
        Room for normals.
    seed : int
        The same seed draws the same of the same groups.

    Returns
    -------
    drawn, rest : list of LabelledImage
        What has more of a kind than there is room for stays in the rest.
    """
    kinds = {image.kind for group in groups for image in group if image.defective}
    room: dict[str | None, int] = {**dict.fromkeys(kinds, defects), None: normals}
    together: dict[int, list[LabelledImage]] = {}
    for unit, group in zip(units, groups, strict=True):
        together.setdefault(unit, []).extend(group)
    # The groups are shuffled, not the units: what counts as a near copy must not change every other draw.
    order = list(range(len(groups)))
    random.Random(seed).shuffle(order)
    drawn: list[LabelledImage] = []
    rest: list[LabelledImage] = []
    for place in order:
        pictures = together.pop(units[place], [])  # empty if they came with an earlier group of the unit
        taken = Counter(image.kind if image.defective else None for image in pictures)
        if all(count <= room[kind] for kind, count in taken.items()):
            drawn += pictures
            for kind, count in taken.items():
                room[kind] -= count
        else:
            rest += pictures
    return drawn, rest


def split_dataset(dataset: Dataset, defects: int, normals_share: float, seed: int) -> Dataset:
    """Draw the images to learn from; the rest is test, with a key.

    Of a dataset without test images, all are drawn from. Else only the labelled test images are, what is drawn moves
    to training, and what is training stays there.

    Parameters
    ----------
    dataset : Dataset
    defects : int
        How many defects of each kind to draw.
    normals_share : float
        The share of the normals to draw, 0 to 1.
    seed : int
        See :func:`draw_groups`.

    Returns
    -------
    Dataset
        With both parts, each sorted by path, training defects first.

    Raises
    ------
    DataError
        If the test images have no labels, an image cannot be read, or no defect or no normal is left for the test.
    """
    name = printable(dataset.root)
    if dataset.test and not dataset.key:
        raise DataError(f"{name}: its test images have no labels, so none can be drawn; leave --defects away")
    pool = dataset.key or dataset.train
    stays = dataset.train if dataset.key else ()
    normals = int(sum(not image.defective for image in pool) * normals_share)
    groups = picture_groups(pool)
    drawn, rest = draw_groups(groups, near_units(groups), defects, normals, seed)
    if not any(image.defective for image in rest):
        raise DataError(
            f"{name}: {defects} defects of each type leave none for the test; give a lower --defects"
        )
    if all(image.defective for image in rest):
        raise DataError(f"{name}: no normal images are left for the test; give a lower --normals-share")
    return with_test(dataset, [*stays, *drawn], rest)


def with_test(dataset: Dataset, learnt: Sequence[LabelledImage], rest: Sequence[LabelledImage]) -> Dataset:
    """Give a dataset two parts: `learnt` to learn from, and `rest` to test with, which is its key, too.

    Each is sorted by path, training defects first.
    """
    train = sorted(learnt, key=lambda image: (not image.defective, image.path))
    key = sorted(rest, key=lambda image: image.path)
    return replace(
        dataset,
        train=tuple(train),
        test=tuple(image.path for image in key),
        sample_submission=None,
        key=tuple(key),
        split=True,
    )
