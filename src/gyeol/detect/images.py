"""Read a dataset's training images into memory, with their kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gyeol.data.annotation import read_marked
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import read_image
from gyeol.detect.augment.symmetry import Way, symmetries
from gyeol.detect.surfaces import Surface
from gyeol.kinds import Kinds, describe, fit_kinds


@dataclass
class TrainingImages:
    """All that is learnt from.

    Parameters
    ----------
    defects, normals : list of Surface
        In the order of the dataset; of the normals, those that fit in memory.
    kinds : Kinds
        The kinds of texture found among them.
    ways : tuple of tuple of Way
        How each kind may be turned and mirrored.
    content : str
        Fingerprint of all their pixels and masks, whatever the files' names: 64 hex digits.
    """

    defects: list[Surface]
    normals: list[Surface]
    kinds: Kinds
    ways: tuple[tuple[Way, ...], ...] = ()
    content: str = ""


def load_training_images(
    dataset: Dataset,
    memory_gib: float,
    seed: int,
    report: Callable[[int, int], None],
    kinds: Kinds | None = None,
) -> TrainingImages:
    """Read the images, describe their texture and find the kinds.

    Parameters
    ----------
    memory_gib : float
        Normals are read in a random order until this much is filled.
    report : callable
        Called with the number of images read and their total.
    kinds : Kinds, optional
        Those of an earlier training, which are then kept.

    Raises
    ------
    DataError
        If an image or a mask cannot be used.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(dataset.normals))
    normals = [dataset.normals[number] for number in order]
    total = len(dataset.defects) + len(normals)
    room = memory_gib * 2**30
    surfaces: list[Surface] = []
    descriptors: list[NDArray[np.float32]] = []
    digests: list[bytes] = []
    # Defects first: they are few and all of them are wanted.
    waiting: Sequence[LabelledImage] = [*dataset.defects, *normals]
    with ThreadPoolExecutor(2) as pool:
        for begin in range(0, total, 64):
            for surface, descriptor, digest in pool.map(_read, waiting[begin : begin + 64]):
                surfaces.append(surface)
                descriptors.append(descriptor)
                digests.append(digest)
                room -= surface.pixels.nbytes
            report(len(surfaces), total)
            if room <= 0 and len(surfaces) > len(dataset.defects):
                break
    described = np.stack(descriptors)
    kinds = kinds or fit_kinds(described, seed=seed)
    for surface, kind, distance in zip(
        surfaces, kinds.assign(described), kinds.distance(described), strict=True
    ):
        surface.kind, surface.distance = int(kind), float(distance)
    count = len(dataset.defects)
    normals_read = surfaces[count:]
    content = hashlib.sha256(b"".join(sorted(digests))).hexdigest()
    return TrainingImages(surfaces[:count], normals_read, kinds, symmetries(normals_read, kinds), content)


def read_surface(image: LabelledImage, kinds: Kinds) -> Surface:
    """Read one image and name its kind.

    Raises
    ------
    DataError
        If the image or its mask cannot be used.
    """
    surface, descriptor, _ = _read(image)
    surface.kind = int(kinds.assign(descriptor[None])[0])
    surface.distance = float(kinds.distance(descriptor[None])[0])
    return surface


def _read(image: LabelledImage) -> tuple[Surface, NDArray[np.float32], bytes]:
    pixels = read_image(image.path)
    mask = read_marked(image.mask, pixels.shape, image.path) if image.mask else None
    digest = hashlib.sha256(f"{pixels.shape} {image.defective}".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    digest.update(b"" if mask is None else mask.tobytes())
    return Surface(pixels, mask=mask), describe(pixels), digest.digest()
