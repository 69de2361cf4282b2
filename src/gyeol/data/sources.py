"""Finding images that are copies of one source image, so that they never land on both sides of a split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gyeol.data.duplicates import alike_groups
from gyeol.data.signature import signature
from gyeol.data.turned import near_copies


def canonical_hash(image: NDArray[np.uint8]) -> str:
    """Hash an image so that its eight turned and mirrored versions have the same hash.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W)

    Returns
    -------
    str
        Equal for two images if and only if one is a copy of the other, turned by a multiple of 90 degrees,
        mirrored or not (up to collisions of a 128-bit hash).
    """
    views = [turned for side in (image, image[:, ::-1]) for turned in (np.rot90(side, k) for k in range(4))]
    # The version whose pixels come first in the dictionary stands for all eight. The first row nearly always
    # decides; hashing one version instead of eight makes this cheap enough for every image of a folder.
    heads = [(view.shape, view[0].tobytes()) for view in views]
    first = min(heads)
    content = min(view.tobytes() for view, head in zip(views, heads, strict=True) if head == first)
    return hashlib.blake2b(content, digest_size=16, person=repr(first[0]).encode()[:16]).hexdigest()


def source_groups(images: Sequence[NDArray[np.uint8] | str], near: bool = True) -> NDArray[np.intp]:
    """Tell which images are copies of the same source image.

    Copies that are turned by multiples of 90 degrees or mirrored are found with certainty. With ``near``, so
    are, nearly always, copies that are turned about the centre by any angle, with black, mirrored or no
    corners, also when the canvas grew with it, mirrored, or made brighter, darker or of other contrast. Not
    found are copies that are shifted, scaled or cropped off-centre. Two pictures of the same kind of texture
    are no copies, even if the texture is regular: what is compared is the whitened image, in which a regular
    pattern counts no more than any other frequency. Below 128 pixels a side that can fail: pictures of a
    strictly regular weave may then be taken for copies.

    Parameters
    ----------
    images : sequence of ndarray of uint8, shape (H, W), or of str
        Images, or hashes from :func:`canonical_hash` (for thousands of images, of which only exact and turned
        copies are to be found).
    near : bool
        Compare every image with every other; the time grows with the square. Hashes are only compared for
        equality.

    Returns
    -------
    ndarray of intp, shape (n,)
        Group numbers from 0, in the order of first appearance.
    """
    hashes = [image if isinstance(image, str) else canonical_hash(image) for image in images]
    first: dict[str, int] = {}
    links = [(first.setdefault(value, index), index) for index, value in enumerate(hashes)]
    if near:
        arrays = {i: image for i in first.values() if not isinstance(image := images[i], str)}
        alone = list(arrays)
        links += [(alone[a], alone[b]) for a, b in near_copies(list(arrays.values()))]
    return _components(len(hashes), links)


def piece_groups(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.intp]:
    """Tell which images show the same piece: copies of one source image, or pictures taken again in other light.

    What is photographed again is found by its signature, as `gyeol explore` does. Small pictures (below 128 pixels)
    of a strictly regular pattern may be taken for one piece.

    Parameters
    ----------
    images : sequence of ndarray of uint8, shape (H, W)

    Returns
    -------
    ndarray of intp, shape (n,)
        Group numbers from 0, in the order of first appearance.
    """
    groups = source_groups(images)
    links = [(int(np.argmax(groups == group)), place) for place, group in enumerate(groups)]
    if len(images):
        for together in alike_groups(np.array([signature(image) for image in images])):
            links += [(together[0], other) for other in together[1:]]
    return _components(len(images), links)


def _components(count: int, links: Sequence[tuple[int, int]]) -> NDArray[np.intp]:
    """Give the connected components numbers in the order of first appearance."""
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in links:
        parent[root(a)] = root(b)
    order: dict[int, int] = {}
    return np.array([order.setdefault(root(item), len(order)) for item in range(count)], dtype=np.intp)
