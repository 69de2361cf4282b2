"""Which turns and mirror images of a texture look like the texture itself.

A brushed surface always photographed the same way up has one direction; turned by a quarter it is something that will
never be seen. Teaching that it may lie in any direction costs much of a short training, and a patch whose texture runs
another way is then only odd by comparison. So a kind is turned and mirrored only in the ways in which it stays itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.surfaces import Surface
from gyeol.kinds import UNFAMILIAR, Kinds, describe

Way = tuple[int, bool]
"""Quarter turns, then whether it is mirrored left to right."""
ALL: tuple[Way, ...] = tuple((turns, mirror) for mirror in (False, True) for turns in range(4))
LOOK = 8
"""Images of a kind that are tried."""


def turned(image: NDArray[Any], way: Way) -> NDArray[Any]:
    """Turn and mirror an image (H, W); a quarter turn makes it (W, H)."""
    image = np.rot90(image, way[0])
    return np.ascontiguousarray(image[:, ::-1] if way[1] else image)


def symmetries(surfaces: Sequence[Surface], kinds: Kinds) -> tuple[tuple[Way, ...], ...]:
    """Find, for each kind, the ways in which most of its images still look like it.

    Parameters
    ----------
    surfaces : sequence of Surface
        Good surfaces.
    kinds : Kinds
        The kinds found among them.

    Returns
    -------
    tuple of tuple of Way
        One for every kind; at least as it is, and upside down, which no spectrum can tell apart.
    """
    found = []
    for kind in range(kinds.count):
        some = [surface.pixels for surface in surfaces if surface.kind == kind][:LOOK]
        ways: list[Way] = [(0, False), (2, False)]
        # Half a turn changes no power spectrum, so that only the other three have to be looked at.
        for way in ((1, False), (0, True), (1, True)):
            descriptors = [describe(turned(pixels, way)) for pixels in some]
            if descriptors and _familiar(np.stack(descriptors), kind, kinds):
                ways += [way, ((way[0] + 2) % 4, way[1])]
        found.append(tuple(sorted(ways, key=ALL.index)))
    return tuple(found)


def _familiar(descriptors: NDArray[np.float32], kind: int, kinds: Kinds) -> bool:
    own = kinds.assign(descriptors) == kind
    near = kinds.distance(descriptors) <= UNFAMILIAR
    return bool((own & near).mean() >= 0.5)
