"""Whether the figures on a model's card can be produced again from the model and its data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gyeol import __version__
from gyeol.data.dataset import Dataset
from gyeol.detect.calibration import Calibration
from gyeol.detect.detector import Detector
from gyeol.detect.directory import CARD
from gyeol.detect.fit import Course
from gyeol.detect.images import TrainingImages, load_training_images
from gyeol.detect.levels import levels_of
from gyeol.detect.network import fused
from gyeol.detect.record import data_fingerprint, model_card
from gyeol.detect.scoring import cell_scores, raw_score
from gyeol.detect.surfaces import Surface
from gyeol.detect.threshold import Choice, choose_threshold, expect
from gyeol.detect.usual import usual_scores

NEAR = 0.05
"""Largest difference of a score, or of the threshold, that another processor's arithmetic may make."""
NEAR_F1 = 0.002
"""The same for Macro F1 and for shares of images."""

Outcome = Literal["reproduced", "differs", "not checked"]
Counting = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """What became of one claim.

    Parameters
    ----------
    claim : str
        What the card or the record says.
    outcome : {"reproduced", "differs", "not checked"}
    told : str
        With what difference, or why not.
    """

    claim: str
    outcome: Outcome
    told: str


def verify(
    path: Path,
    dataset: Dataset,
    *,
    retrain: bool = False,
    loading: Counting = lambda done, total: None,
    judging: Counting = lambda done, total: None,
    train: Callable[[Detector], Detector] | None = None,
) -> Iterator[Finding]:
    """Produce a detector's figures again, one after the other; ends at once where the data is another.

    Parameters
    ----------
    path : Path
        The detector.
    dataset : Dataset
        What it is said to be trained on.
    retrain : bool
        Train again too, with the same settings and steps: what the models of the folds said is not kept, and can be
        proved in no other way.
    loading, judging : callable
        Told of images read and judged, and of how many.
    train : callable, optional
        Fits an unlearnt detector on `dataset`; by default without a word.

    Yields
    ------
    Finding

    Raises
    ------
    ModelError, DataError
        If the detector or the data cannot be read.
    """
    detector = Detector.load(path)
    record, config = detector.record_, detector.config
    yield Finding(
        "files", "reproduced", "weights, description and card have the checksums that they were written with"
    )
    written = (path / CARD).read_text(encoding="utf-8") == model_card(detector.threshold_, record)
    told = "it says what the description holds" if written else f"it is not what gyeol {__version__} writes"
    yield Finding("card", "reproduced" if written else "differs", told)
    images = load_training_images(dataset, config.memory_gib, config.seed, loading)
    names = data_fingerprint(dataset)
    claim = f"data {record['data']}, {record['defects']:,} defects"
    if images.content != record["content"]:
        told = f"the folder's images or masks are not the ones learnt from (its fingerprint is {names})"
        yield Finding(claim, "differs", told)
        return
    same = (
        "and the same names" if names == record["data"] else f"under other names or sizes of files ({names})"
    )
    yield Finding(claim, "reproduced", f"every pixel and mask is the one that was learnt from, {same}")
    yield _kinds(detector, images)
    course = Course(images, config, lambda _: None, lambda _: None, None)
    yield _folds(record, course)
    yield _backgrounds(detector, course)
    raw = _judge(detector, course.usual, judging)
    kinds = np.array([surface.kind for surface in course.usual])
    made, normals = _usual(detector, raw, kinds, len(course.held_out))
    yield _normals(detector, made, normals)
    yield from _estimate(detector, normals)
    if retrain:
        yield from _again(detector, dataset, train or (lambda fresh: fresh.fit(dataset)))
    else:
        told = "the models of the folds are not kept; --retrain trains them again, which takes as long as the training"
        yield Finding(f"scores of {record['defects']:,} defects, out of fold", "not checked", told)


def _difference(name: str, largest: float, allowed: float) -> tuple[Outcome, str]:
    if largest == 0:
        return "reproduced", "exactly"
    outcome: Outcome = "reproduced" if largest <= allowed else "differs"
    return outcome, f"largest difference of {name} {largest:.2g}, where {allowed:g} is allowed"


def _kinds(detector: Detector, images: TrainingImages) -> Finding:
    claim = f"{detector.kinds_.count} kinds of texture" if detector.kinds_.count > 1 else "1 kind of texture"
    if images.kinds.count != detector.kinds_.count:
        return Finding(claim, "differs", f"{images.kinds.count} kinds are found in the data")
    pairs = [(detector.kinds_.to_arrays()[name], value) for name, value in images.kinds.to_arrays().items()]
    return Finding(claim, *_difference("a number", max(float(np.abs(a - b).max()) for a, b in pairs), 1e-2))


def _folds(record: dict[str, Any], course: Course) -> Finding:
    claim = f"{int(course.folds.max()) + 1} folds, and {record['normals_held_out']:,} normals held out"
    told = {int(row["defect"]): int(row["fold"]) for row in record["defect_scores"]}
    found = dict(enumerate(course.folds.tolist()))
    counts = record["normals_learnt"], record["normals_held_out"]
    if told != found or counts != (len(course.training), len(course.held_out)):
        return Finding(claim, "differs", "the data is divided otherwise")
    return Finding(
        claim, "reproduced", "the same images on either side, copies and pictures of one piece together"
    )


def _backgrounds(detector: Detector, course: Course) -> Finding:
    kept, made = detector.backgrounds_, course.backgrounds
    claim = f"backgrounds of {int(kept.kinds.sum())} of {len(kept.kinds)} kinds"
    if not np.array_equal(kept.kinds, made.kinds):
        return Finding(claim, "differs", f"other kinds have one in the data: {int(made.kinds.sum())} in all")
    apart = np.abs(kept.fields.astype(np.float32) - made.fields.astype(np.float32)).max(initial=0.0)
    return Finding(claim, *_difference("a grey value", float(apart), NEAR))


def _judge(detector: Detector, surfaces: list[Surface], judging: Counting) -> NDArray[np.float64]:
    net, scores = fused(detector.net_), []
    for done, surface in enumerate(surfaces, start=1):
        scores.append(raw_score(cell_scores(net, surface.without_background(), detector.config.precision)))
        judging(done, len(surfaces))
    return np.array(scores, np.float64)


def _usual(
    detector: Detector, raw: NDArray[np.float64], kinds: NDArray[np.int64], held_out: int
) -> tuple[Calibration, NDArray[np.float64]]:
    """Make the calibration again, and the scores of the normals that it rests on."""
    count, prevalence = detector.kinds_.count, detector.config.prevalence
    usual, scores, kinds = usual_scores(raw, kinds, held_out, count)
    levels = levels_of(detector.record_["defect_scores"], scores, count, prevalence).by_kind
    return usual.levelled(levels), scores / levels[kinds]


def _normals(detector: Detector, made: Calibration, normals: NDArray[np.float64]) -> Finding:
    kept, claimed = detector.calibration_, np.array(detector.record_["normal_scores"])
    claim = f"scores of {len(claimed):,} normals, and the calibration by them"
    if len(normals) != len(claimed):
        return Finding(claim, "differs", f"{len(normals):,} normals say what is usual")
    scores = np.sort(np.round(normals, 4))
    apart = [np.abs(scores - claimed), np.abs(made.centre - kept.centre), np.abs(made.scale - kept.scale)]
    apart.append(np.abs(made.scale / kept.scale - 1))  # of a scale of 0.05 even the double is near
    return Finding(claim, *_difference("a score", max(float(each.max()) for each in apart), NEAR))


def _estimate(detector: Detector, normals: NDArray[np.float64]) -> Iterator[Finding]:
    """Choose the threshold again from the normals just judged, and from what the folds' models said of the defects."""
    record, config = detector.record_, detector.config
    defects = np.array([row["score"] for row in record["defect_scores"]])
    told, by_hand = record["estimate"], "versions" in record
    made: Choice
    if by_hand:
        made = expect(np.sort(np.round(normals, 4)), defects, detector.threshold_, told["prevalence"])
        yield Finding(
            f"threshold {detector.threshold_:.2f}", "not checked", "a person has set it: see the card"
        )
    else:
        made = choose_threshold(normals, defects, config.prevalence, seed=config.seed)
        apart = abs(made.threshold - detector.threshold_)
        yield Finding(f"threshold {detector.threshold_:.2f}", *_difference("it", apart, NEAR))
    low, high = told["interval"]
    claimed = np.array([told["macro_f1"], low, high, told["missed"], told["alarms"]])
    again = np.array([made.macro_f1, *made.interval, made.missed, made.alarms])
    claim = f"Macro F1 {told['macro_f1']:.4f} ({low:.4f} to {high:.4f}), from the defects' scores as recorded"
    yield Finding(claim, *_difference("a figure", float(np.abs(claimed - again).max()), NEAR_F1))


def _again(detector: Detector, dataset: Dataset, train: Callable[[Detector], Detector]) -> Iterator[Finding]:
    """Train again with the same settings, and compare what the folds' models say and the weights."""
    record = detector.record_
    config = dataclasses.replace(detector.config, steps=int(record["steps"]), minutes=None)
    fresh = train(Detector(config))
    pairs = zip(record["defect_scores"], fresh.record_["defect_scores"], strict=True)
    largest = max(abs(float(one["score"]) - float(other["score"])) for one, other in pairs)
    claim = f"scores of {record['defects']:,} defects, out of fold"
    yield Finding(claim, *_difference("a score", largest, NEAR))
    mine, theirs = detector.net_.state_dict(), fresh.net_.state_dict()
    equal = all(bool((value == theirs[name]).all()) for name, value in mine.items())
    told = (
        "to the last bit"
        if equal
        else "other bits: another processor, number of threads, or version of torch?"
    )
    yield Finding("weights", "reproduced" if equal else "differs", told)
