"""Bring training images into memory, out of files or arrays, with their kinds."""

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
    left_out : int
        Normals that did not fit in memory.
    """

    defects: list[Surface]
    normals: list[Surface]
    kinds: Kinds
    ways: tuple[tuple[Way, ...], ...] = ()
    content: str = ""
    left_out: int = 0


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
    made = _with_kinds(surfaces, descriptors, digests, len(dataset.defects), seed, kinds)
    made.left_out = total - len(surfaces)
    return made


def training_images(
    images: Sequence[NDArray[np.uint8]],
    defective: NDArray[np.bool_],
    masks: Sequence[NDArray[np.bool_] | None],
    seed: int,
) -> TrainingImages:
    """Take images that are in memory already; the same images as files give the same.

    Parameters
    ----------
    images : sequence of (H, W) uint8
        Of at least one defect and one normal.
    defective : (N,) bool
    masks : sequence of (H, W) bool or None
        Where each defect is, roughly; None where that is not known, and for normals.
    """
    normals = np.random.default_rng([seed, 1]).permutation(np.flatnonzero(~defective))
    defects = np.flatnonzero(defective)
    surfaces = [Surface(images[n], mask=masks[n]) for n in defects.tolist()]
    surfaces += [Surface(images[n]) for n in normals.tolist()]
    digests = [_digest(each, number < len(defects)) for number, each in enumerate(surfaces)]
    descriptors = [describe(each.pixels) for each in surfaces]
    return _with_kinds(surfaces, descriptors, digests, len(defects), seed)


def _with_kinds(
    surfaces: list[Surface],
    descriptors: list[NDArray[np.float32]],
    digests: list[bytes],
    defects: int,
    seed: int,
    kinds: Kinds | None = None,
) -> TrainingImages:
    """Find the kinds among surfaces, of which the first so many are defects; unless they are known."""
    described = np.stack(descriptors)
    kinds = kinds or fit_kinds(described, seed=seed)
    for surface, kind, distance in zip(
        surfaces, kinds.assign(described), kinds.distance(described), strict=True
    ):
        surface.kind, surface.distance = int(kind), float(distance)
    normals = surfaces[defects:]
    content = hashlib.sha256(b"".join(sorted(digests))).hexdigest()
    return TrainingImages(surfaces[:defects], normals, kinds, symmetries(normals, kinds), content)


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
    surface = Surface(pixels, mask=mask)
    return surface, describe(pixels), _digest(surface, image.defective)


def _digest(surface: Surface, defective: bool) -> bytes:
    digest = hashlib.sha256(f"{surface.pixels.shape} {defective}".encode())
    digest.update(np.ascontiguousarray(surface.pixels).data)
    digest.update(b"" if surface.mask is None else surface.mask.tobytes())
    return digest.digest()
