"""The work behind `train`, `errors` and `run`, with what they show."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.cli import tracking
from gyeol.cli.display import counting, say, training
from gyeol.data.dataset import Dataset
from gyeol.data.image import read_mask
from gyeol.data.layouts import read_training_data, rows_to_judge
from gyeol.data.listing import by_stem, list_images
from gyeol.data.listing import key as name_key
from gyeol.detect.answers import Answers
from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.directory import check_place
from gyeol.detect.record import explain_not_learnt, explain_threshold
from gyeol.detect.together import joined
from gyeol.detect.trainer import Progress
from gyeol.detect.verdict import Verdict
from gyeol.engine.judge import Judge
from gyeol.engine.overlay import overlay
from gyeol.engine.stream import judge_all
from gyeol.errors import DataError, OutputError
from gyeol.files import lock_beside, locked, printable
from gyeol.metrics.answers import find_key, gravest, read_compared, stem
from gyeol.plugins.opening import AnyDetector, make_detector
from gyeol.report.errors import Mistake
from gyeol.review.answers import model_served, read_answers


@dataclass(frozen=True)
class Reviewed:
    """What a training goes on with: a review file, and the model where it is not the one served last."""

    file: Path
    model: Path | None = None


ON_COMMAND_LINE = ("minutes", "steps", "seed", "folds", "prevalence", "memory_gib")
"""Settings that `gyeol train` has options for; the others go by --set."""


def train(
    data: Path,
    output: Path,
    settings: dict[str, Any],
    resume: bool,
    layout: str | None = None,
    logs: tuple[str, ...] = (),
    review: Reviewed | None = None,
) -> Detector:
    """Train a detector, or go on with a reviewed one, and keep it at `output`.

    Of several processes that torchrun started, only the first writes and talks; the others end with the training.
    `logs` as :func:`gyeol.cli.tracking.open_tracking` takes them.
    """
    with joined() as group:
        dataset = group.attempt(lambda: read_training_data(data, layout))
        if review is not None:
            detector, answers = _reviewed(review, output)
            learn: Callable[..., Detector] = partial(detector.partial_fit, answers=answers, **settings)
        else:
            detector = group.attempt(lambda: Detector(**settings))
            learn = detector.fit
        if group.first:
            told = {**detector.get_params(), **settings}
            how_to_go_on = _how_to_go_on(data, output, settings, layout, logs, review)
            return _train(learn, dataset, output, resume, told, logs, how_to_go_on)
        with suppress(KeyboardInterrupt):  # the first says so
            learn(dataset, resume=resume)
    raise SystemExit(0)


def _train(
    learn: Callable[..., Detector],
    dataset: Dataset,
    output: Path,
    resume: bool,
    told: dict[str, Any],
    logs: tuple[str, ...],
    how_to_go_on: str,
) -> Detector:
    """Train with the settings `told`, show it, keep the detector."""
    check_place(output)
    state = output.with_name(f".{output.name}.training")
    with locked(lock_beside(output)):
        if state.exists() and not resume:
            say(f"starting anew; {state} of an earlier run is overwritten (--resume would go on with it)")
        if resume and not state.exists():
            say(f"no stopped training of {output} found; starting anew")
        _say_what_is_there(dataset)
        with tracking.open_tracking(logs, output.name) as log:
            log.settings(told)
            try:
                with counting("reading images") as loading, training() as show:

                    def report(now: Progress) -> None:
                        show(now)
                        log.step(now)

                    detector = learn(
                        dataset, state=state, resume=resume, report=report, loading=loading, say=say
                    )
            except KeyboardInterrupt:
                if state.exists():
                    say(f"stopped; {how_to_go_on}")
                raise
            detector.save(output)
            log.model(output, detector.threshold_, detector.record_)
        state.unlink(missing_ok=True)
    _say_what_to_expect(detector, output, "without a leak")
    return detector


def train_other(
    name: str, data: Path, output: Path, settings: dict[str, Any], layout: str | None = None
) -> AnyDetector:
    """Train a detector that a plugin brings, and keep it at `output`; `settings`: minutes, seed, prevalence."""
    detector = make_detector(name, **{"seed": 0, "minutes": 5.0, **settings})
    dataset = read_training_data(data, layout)
    check_place(output)
    with locked(lock_beside(output)):
        _say_what_is_there(dataset)
        detector.fit(dataset, say=say)
        detector.save(output)
    _say_what_to_expect(detector, output, "by images that the detector says it had not learnt from")
    return detector


def _say_what_is_there(dataset: Dataset) -> None:
    say(f"{len(dataset.defects):,} defects and {len(dataset.normals):,} normals in {dataset.root}")
    for note in dataset.notes:
        say(note)


def _say_what_to_expect(detector: AnyDetector, output: Path, how: str) -> None:
    estimate = detector.record_["estimate"]
    low, high = estimate["interval"]
    say(explain_threshold(detector.threshold_, detector.record_))
    if too_short := explain_not_learnt(detector.record_):
        say(too_short)
    say(
        f"Macro F1 to expect with {estimate['prevalence']:.0%} of images defective: {estimate['macro_f1']:.4f} "
        f"(95 % interval {low:.4f} to {high:.4f}), {how}"
    )
    say(f"model: {output}")


def _reviewed(review: Reviewed, output: Path) -> tuple[Detector, Answers]:
    """Load the model to go on from, and what people said of its images."""
    answers = read_answers(review.file)
    model = review.model or model_served(review.file)
    if model.resolve() == output.resolve():
        raise OutputError(f"{printable(output)} is the model to go on from, which stays; give a new folder")
    detector = Detector.load(model)
    say(f"going on from {model}")
    return detector, answers


def summary(detector: AnyDetector, model: Path) -> dict[str, Any]:
    """Say in plain values what a training came to; null is what a plugin's detector does not tell."""
    record = detector.record_
    names = ("estimate", "steps", "seconds", "defects", "not_learnt", "normals_learnt", "normals_held_out")
    kinds = len(record["kinds"])
    return {
        "model": model,
        "threshold": detector.threshold_,
        "kinds": kinds,
        **{name: record.get(name) for name in names},
    }


def _how_to_go_on(
    data: Path,
    output: Path,
    settings: dict[str, Any],
    layout: str | None,
    logs: tuple[str, ...],
    review: Reviewed | None,
) -> str:
    """Write the command that goes on with a stopped training: the same one, for other settings are refused."""
    given = []
    for name, value in settings.items():
        if review is not None or value != getattr(Config(), name):
            text = f"{value:g}" if isinstance(value, float) else str(value)
            if name in ON_COMMAND_LINE:
                given += [f"--{name.replace('_', '-')}", text]
            else:
                given += ["--set", f"{name}={str(list(value)) if isinstance(value, tuple) else text}"]
    given += [] if layout is None else ["--layout", layout]
    given += [word for log in logs for word in ("--log", log)]
    if review is not None:
        given += ["--from", str(review.file), *(["--model", str(review.model)] if review.model else [])]
    command = ["gyeol", "train", str(data), "-o", str(output), *given, "--resume"]
    return f"go on with the same command and --resume, or: {shlex.join(command)}"


def mistakes(
    detector: Judge,
    images: Path,
    scores: Path,
    key: Path,
    masks: Path | None,
    layout: str | None = None,
    most: int | None = None,
) -> list[Mistake]:
    """Judge again the images that were answered wrongly, for their heat maps; with `most`, so many of each class.

    Raises
    ------
    DataError
        If an image is missing or cannot be read, the scores have no column of scores, or a given folder of masks is
        not there.
    """
    compared = read_compared(scores, key)
    scored = compared.scores
    if scored is None:
        raise DataError(f"{printable(scores)}: no column score; give the table of gyeol predict --scores")
    files = {name_key(stem(name)): path for name, path in rows_to_judge(images, layout)[0]}
    folder = masks or find_key(key).parent / "masks"
    if masks is not None and not masks.is_dir():
        raise DataError(f"{printable(masks)}: no such folder; give the key's masks")
    marks = by_stem(list_images(folder)) if folder.is_dir() else {}
    wrong = {compared.ids[n]: n for n in gravest(compared, most)}
    rows = [(name, files.get(name_key(stem(name)))) for name in wrong]
    if lacking := [name for name, path in rows if path is None]:
        raise DataError(
            f"{printable(images)}: no image {printable(lacking[0])}; give the images that were judged"
        )
    found: list[Mistake] = []

    def keep(name: str, pixels: NDArray[np.uint8], verdict: Verdict) -> None:
        number = wrong[name]
        mark = marks.get(name_key(stem(name))) if compared.truth[number] else None
        found.append(
            Mistake(
                name=name,
                kind=compared.kinds[number] if compared.kinds else str(verdict.kind),
                truth=int(compared.truth[number]),
                score=float(scored[number]),
                pixels=pixels,
                coloured=overlay(pixels, verdict.heat, detector.threshold_),
                mask=read_mask(mark, pixels.shape) if mark else None,
            )
        )

    with counting("judging mistakes again") as report:
        there = ((name, path) for name, path in rows if path is not None)
        for done, _ in enumerate(judge_all(detector, there, keep=keep), start=1):
            report(done, len(rows))
    return found
