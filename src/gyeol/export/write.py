"""Writing an exported model, after proof that it answers as the detector does."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from gyeol.cores import cores
from gyeol.data.dataset import Dataset
from gyeol.data.image import image_header
from gyeol.detect.detector import Detector
from gyeol.engine.judge import Judge
from gyeol.engine.openvino import OpenVinoJudge
from gyeol.engine.sealed import seal, seal_pair
from gyeol.engine.stream import judge_all
from gyeol.errors import ModelError
from gyeol.export.model import build
from gyeol.export.network import Precision
from gyeol.export.ranges import Range, choose_ranges
from gyeol.files import atomic_file

ALLOWED = 1 / 5000
"""Share of the training images that an exported model may answer otherwise than the detector."""
LEFT_OUT: tuple[tuple[str, ...], ...] = ((), ("stem.1",), ("stem",), ("stem", "after"))
"""Layers, by the beginnings of their names, that stay in float32 where 8 bits throughout answer otherwise: as few as
are enough, from the image on, for what is rounded early is rounded on by all that follows."""
NEAR = 3.0
"""Scores this far from the threshold are near it: only there a difference can change an answer."""
WATCHED_NORMALS = 200
"""Normals, besides all defects, that the ranges of 8-bit layers are chosen from."""
REMEDIES = {
    "int8": "export with a higher precision (bf16 or fp32)",
    "bf16": "export with a higher precision (fp32)",
    "fp32": "their scores lie closer to the threshold than roundings of its own arithmetic; train it longer",
}
"""What to do about a model that answers otherwise, by its precision."""

Report = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(frozen=True)
class Agreement:
    """How an exported model's answers compare with the detector's.

    Parameters
    ----------
    images, different : int
        Training images that were judged by both, and how many of them got another answer.
    largest : float
        Largest difference of the scores of images whose score is within :data:`NEAR` of the threshold; of the others
        it does not matter. nan if there are none.
    near : int
        How many such images there are.
    left : tuple of str
        Layers that were left in float32.
    """

    images: int
    different: int
    largest: float
    near: int
    left: tuple[str, ...] = ()


def export(
    detector: Detector,
    dataset: Dataset,
    output: Path,
    precision: str,
    report: Report,
) -> Agreement:
    """Write a detector as one graph, if that answers as the detector does on the training images.

    Parameters
    ----------
    detector : Detector
    dataset : Dataset
        What the detector was trained on.
    output : Path
        .onnx for ONNX, .xml for OpenVINO's own form (which puts a .bin beside it).
    precision : {"fp32", "bf16", "int8"}
    report : callable
        Given what is being done, it returns a context with a function to tell how many images are done, of how many.

    Raises
    ------
    ModelError
        If more than one answer in 5,000 differs; nothing is written then.
    DataError
        If a training image cannot be read.
    OutputError
        If the file cannot be written.
    """
    defects = [image.path for image in dataset.defects]
    normals = [image.path for image in dataset.normals]
    images = [*defects, *normals]
    ranges: dict[str, Range] = {}
    if precision == "int8":
        few = np.random.default_rng(0).permutation(len(normals))[:WATCHED_NORMALS]
        with report("choosing 8-bit ranges") as tell:
            ranges = choose_ranges(detector, [*defects, *(normals[number] for number in few)], tell)
    usual = usual_shape(images)
    own = judge_images(detector, images, report, "judging with the detector")
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.onnx"
        for left in LEFT_OUT if ranges else LEFT_OUT[:1]:
            chosen = Precision({name: each for name, each in ranges.items() if not name.startswith(left)})
            graph = build(detector, chosen, name=precision, usual=usual)
            trial.write_bytes(seal(graph.SerializeToString()))
            # In the arithmetic that was asked for: other processors will use it.
            judge = OpenVinoJudge(trial, cores(), heat=False, fastest=False)
            theirs = judge_images(judge, images, report, "judging with the exported model")
            found = agreement(own, theirs, detector.threshold_, left)
            if found.different <= ALLOWED * found.images:
                break
        else:
            raise ModelError(
                f"the {precision} model answers {found.different} of {found.images:,} training images otherwise than "
                f"the detector, more than 1 in {round(1 / ALLOWED):,}; nothing is written, {REMEDIES[precision]}"
            )
        margin = 0.0 if math.isnan(found.largest) else found.largest
        graph = build(detector, chosen, name=precision, usual=usual, margin=margin)
        trial.write_bytes(seal(graph.SerializeToString()))
        if output.suffix.lower() == ".xml":
            _write_openvino(trial, output)
        else:
            with atomic_file(output, "wb") as stream:
                stream.write(trial.read_bytes())
    return found


def judge_images(judge: Judge, images: Sequence[Path], report: Report, what: str) -> NDArray[np.float64]:
    """Score images: (N,)."""
    scores = np.empty(len(images))
    rows = [(str(number), path) for number, path in enumerate(images)]
    with report(what) as tell:
        for done, judged in enumerate(judge_all(judge, rows), start=1):
            if judged.verdict is not None:  # an image that cannot be read ends it anyway
                scores[int(judged.name)] = judged.verdict.score
            tell(done, len(images))
    return scores


def agreement(
    own: NDArray[np.float64], theirs: NDArray[np.float64], threshold: float, left: tuple[str, ...] = ()
) -> Agreement:
    """Compare scores (N,) of the detector and of an exported model."""
    near = np.abs(own - threshold) < NEAR
    return Agreement(
        images=len(own),
        different=int(((own > threshold) != (theirs > threshold)).sum()),
        largest=float(np.abs(own - theirs)[near].max()) if near.any() else float("nan"),
        near=int(near.sum()),
        left=left,
    )


def usual_shape(images: Sequence[Path]) -> tuple[int, int]:
    """Give the height and width that more than half of the images have, else 0, 0."""
    counts: dict[tuple[int, int], int] = {}
    for path in images:
        width, height, _ = image_header(path)
        counts[height, width] = counts.get((height, width), 0) + 1
    shape = max(counts, key=lambda each: counts[each])
    return shape if counts[shape] > len(images) / 2 else (0, 0)


def _write_openvino(trial: Path, output: Path) -> None:
    """Write OpenVINO's two files: the second first, so that the one that is opened is never alone."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "model.xml"
        ov.serialize(ov.Core().read_model(trial), made)
        weights = made.with_suffix(".bin").read_bytes()
        for suffix, content in ((".bin", weights), (".xml", seal_pair(made.read_bytes(), weights))):
            with atomic_file(output.with_suffix(suffix), "wb") as stream:
                stream.write(content)
