"""The kinds of texture in a folder: what belongs to each, and a map of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gyeol.explore.facts import KindCount, Place
from gyeol.explore.measure import Measured
from gyeol.explore.scan import Scan
from gyeol.kinds import UNFAMILIAR, fit_kinds

TYPICAL = 3
"""Images named as typical of a kind."""
MAPPED = 600
"""Images on the map: more take long to place and lie over each other."""
MAPPED_DEFECTS = 300
LEAST_MAPPED = 8


def texture_of(
    found: Scan, readable: Mapping[Path, Measured]
) -> tuple[tuple[KindCount, ...], tuple[Place, ...]]:
    """Find the kinds among the normals; among all images if there are no normals.

    Parameters
    ----------
    found : Scan
    readable : mapping of Path to Measured
        The images that could be read, at least one.

    Returns
    -------
    kinds : tuple of KindCount
    places : tuple of Place
        Defects first, then the others in the order of ``readable``.
    """
    paths = list(readable)
    descriptors = np.stack([image.descriptor for image in readable.values()])
    parts = {**dict.fromkeys(found.defects, "defect"), **dict.fromkeys(found.normals, "normal")}
    part = np.array([parts.get(path, "test") for path in paths])
    basis = part == "normal" if (part == "normal").any() else np.ones(len(part), bool)
    kinds = fit_kinds(descriptors[basis])
    labels, distances = kinds.assign(descriptors), kinds.distance(descriptors)
    rows = []
    for kind in range(kinds.count):
        own = labels == kind
        if not own.any():
            continue
        of_basis = np.flatnonzero(own & basis) if (own & basis).any() else np.flatnonzero(own)
        nearest = of_basis[np.argsort(distances[of_basis], kind="stable")[:TYPICAL]]
        typical = tuple(found.name(paths[int(place)]) for place in nearest)
        rows.append(
            KindCount(
                kind=kind,
                normals=int((own & (part == "normal")).sum()),
                defects=int((own & (part == "defect")).sum()),
                test=int((own & (part == "test")).sum()),
                unfamiliar_test=int((own & (part == "test") & (distances > UNFAMILIAR)).sum()),
                example=typical[0],
                typical=typical,
                defect_images=tuple(
                    found.name(paths[place]) for place in np.flatnonzero(own & (part == "defect"))
                ),
            )
        )
    chosen = _sample(part)
    where = _place(kinds.project(descriptors[chosen]))
    places = tuple(
        Place(found.name(paths[n]), str(part[n]), int(labels[n]), round(float(x), 4), round(float(y), 4))
        for n, (x, y) in zip(chosen, where, strict=True)
    )
    return tuple(rows), places


def _sample(part: NDArray[np.str_]) -> NDArray[np.int64]:
    """Choose the images of the map, none where they are too few: all defects that fit in, then an even rest."""
    if len(part) < LEAST_MAPPED:
        return np.zeros(0, np.int64)
    defects, others = np.flatnonzero(part == "defect"), np.flatnonzero(part != "defect")
    random = np.random.default_rng(0)
    if len(defects) > MAPPED_DEFECTS:
        defects = np.sort(random.choice(defects, MAPPED_DEFECTS, replace=False))
    room = MAPPED - len(defects)
    if len(others) > room:
        others = np.sort(random.choice(others, room, replace=False))
    return np.concatenate([defects, others]).astype(np.int64)


def _place(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lay points (N, C) out on a plane (N, 2), 0 to 1, by t-SNE (van der Maaten & Hinton, 2008)."""
    if not len(points):
        return np.zeros((0, 2))
    from sklearn.manifold import TSNE  # needed only here, and slow to import

    perplexity = min(30.0, (len(points) - 1) / 3)
    with threadpool_limits(1):
        plan = TSNE(2, perplexity=perplexity, init="pca", random_state=0)
        flat = np.asarray(plan.fit_transform(points.astype(np.float64)), np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return np.asarray((flat - low) / np.maximum(high - low, 1e-9), np.float64)
