"""Which normals are kept out of training, for validation, calibration and the threshold."""

from __future__ import annotations

import numpy as np

from gyeol.data.duplicates import alike_groups
from gyeol.data.signature import signature
from gyeol.detect.surfaces import Surface

HELD_OUT = 0.15
"""Share of the normals that the network never learns from."""
HELD_OUT_MOST = 1000


def split_normals(normals: list[Surface], seed: int) -> tuple[list[Surface], list[Surface]]:
    """Keep a part of the normals of every kind out of training: learnt from, held out.

    Pictures of one piece, photographed several times, lie on one side: what the network has learnt of a piece must not
    make its other pictures look more usual than those of new pieces will.
    """
    rng = np.random.default_rng([seed, 2])
    order = [int(number) for number in rng.permutation(len(normals))]
    count = min(HELD_OUT_MOST, max(1, round(HELD_OUT * len(normals))))
    signatures = np.array([signature(surface.pixels) for surface in normals])
    pieces = {number: together for together in alike_groups(signatures) for number in together}
    held = _hold_out(normals, order, count, pieces)
    if len(held) > max(2 * count, len(normals) // 2):  # the pieces are too few to be divided
        held = _hold_out(normals, order, count, {})
    if len(held) == len(normals):  # one normal must remain to learn from
        held = set(sorted(held)[1:]) or held
    kept = [normals[n] for n in range(len(normals)) if n not in held] or list(normals)
    # In random order, so that the first few hundred are a fair sample of all kinds.
    return kept, [normals[n] for n in order if n in held]


def _hold_out(normals: list[Surface], order: list[int], count: int, pieces: dict[int, list[int]]) -> set[int]:
    """Choose about `count` normals, of each kind its share, with all pictures of their pieces."""
    by_kind: dict[int, list[int]] = {}
    for number in order:
        by_kind.setdefault(normals[number].kind, []).append(number)
    held: set[int] = set()
    for kind, numbers in by_kind.items():
        wanted = max(1, round(count / len(normals) * len(numbers)))
        have = sum(number in held for number in numbers)
        for number in numbers:
            if have >= wanted:
                break
            new = [other for other in pieces.get(number, [number]) if other not in held]
            held.update(new)
            have += sum(normals[other].kind == kind for other in new)
    return held
