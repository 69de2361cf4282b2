"""What to look at next: the images whose answer would change the model most, one kind of texture at a time.

A verdict teaches most where the model is least sure and where nothing alike has been said yet. Uncertainty is the
distance of the score from the threshold; likeness that of the texture where the image is oddest. They are picked
greedily, each pick making what is like it less wanted (farthest-first traversal, weighted by uncertainty; compare
Sener and Savarese 2018). One kind at a time, for an eye that is used to a surface sees more in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gyeol.review.database import Database

BATCH = 10
"""Images of one kind in a row, before the next kind's turn."""
CONSIDERED = 200
"""The least certain images of a kind among which is picked, so that the work stays small."""


@dataclass(frozen=True)
class Candidate:
    """An image that may be shown: `feature` is (D,) float32, None where it was never looked at closely."""

    image: int
    score: float
    feature: NDArray[np.float32] | None = None


def what_next(database: Database, threshold: float, kind: int | None = None, limit: int = 500) -> list[int]:
    """Order the images of which nothing was said yet, the most useful first.

    Parameters
    ----------
    database : Database
        The file.
    threshold : float
        Calibrated score above which an image is called defective.
    kind : int, optional
        Only images of this kind.
    limit : int
        At most so many.

    Returns
    -------
    list of int
        The images' numbers.
    """
    rows = database.rows(
        "SELECT images.id, score, kind, feature, answer FROM images LEFT JOIN verdicts ON image = id "
        "WHERE score IS NOT NULL AND kind IS NOT NULL AND (?1 IS NULL OR kind = ?1)",
        kind,
    )
    kinds: dict[int, list[Candidate]] = {}
    seen: dict[int, list[Candidate]] = {}
    for row in rows:
        feature = None if row["feature"] is None else np.frombuffer(row["feature"], "<f4")
        place = kinds if row["answer"] is None else seen
        place.setdefault(row["kind"], []).append(Candidate(row["id"], row["score"], feature))
    queues = {
        number: diverse(candidates, seen.get(number, []), threshold) for number, candidates in kinds.items()
    }
    return _in_turns(queues, threshold)[:limit]


def uncertainty(scores: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Say how unsure an answer is (N,): 1 at the threshold, half a quarter of the threshold's height above or below.

    A defect scored far above and a normal scored far below teach little; both sides are alike.
    """
    width = max(1.0, 0.25 * abs(threshold))  # the scale's unit is a spread of normals: never finer than that
    return np.asarray(1 / (1 + np.abs(scores - threshold) / width), np.float64)


def diverse(candidates: Sequence[Candidate], seen: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """Order one kind's candidates: unsure ones first, unlike those before them and those `seen`."""
    scores = np.array([each.score for each in candidates], np.float64)
    unsure = uncertainty(scores, threshold)
    first = np.argsort(-unsure, kind="stable")
    near = first[:CONSIDERED]
    chosen = [candidates[n] for n in near]
    places = _places(chosen, seen)
    own, others = places[: len(chosen)], places[len(chosen) :]
    far = np.full(len(chosen), 1.0)
    for other in others:
        far = np.minimum(far, _distance(own, other))
    left = np.ones(len(chosen), bool)
    order: list[Candidate] = []
    for _ in range(len(chosen)):
        worth = np.where(left, unsure[near] * (0.1 + far), -1.0)
        best = int(worth.argmax())
        left[best] = False
        order.append(chosen[best])
        far = np.minimum(far, _distance(own, own[best]))
    return order + [candidates[n] for n in first[CONSIDERED:]]


def _places(own: Sequence[Candidate], seen: Sequence[Candidate]) -> NDArray[np.float64]:
    """Put candidates into a space (N, D) of distances mostly below 1; the unknown differ by score alone."""
    every = [*own, *seen]
    lengths = [len(each.feature) for each in every if each.feature is not None]
    size = max(lengths, default=0)
    places = np.zeros((len(every), size + 1), np.float64)
    for n, each in enumerate(every):
        places[n, -1] = each.score
        if each.feature is not None and len(each.feature) == size:
            places[n, :-1] = each.feature
    spread = places.std(0)
    places = (places - places.mean(0)) / np.where(spread > 0, spread, 1)
    return np.asarray(places / np.sqrt(2 * max(1, int((spread > 0).sum()))), np.float64)


def _distance(places: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.minimum(1.0, np.sqrt(((places - other) ** 2).sum(1))), np.float64)


def _in_turns(queues: dict[int, list[Candidate]], threshold: float) -> list[int]:
    """Take a batch of each kind in turn; the kind with the least certain batch goes first in every round."""
    order: list[int] = []
    at = 0
    while any(at < len(queue) for queue in queues.values()):
        batches = [queue[at : at + BATCH] for queue in queues.values() if at < len(queue)]
        batches.sort(key=lambda batch: -max(_unsure(each, threshold) for each in batch))
        order += [each.image for batch in batches for each in batch]
        at += BATCH
    return order


def _unsure(candidate: Candidate, threshold: float) -> float:
    return float(uncertainty(np.array([candidate.score]), threshold)[0])
