"""The work behind `predict` and `run`: judging images, with what it shows. Needs no torch with an exported model."""

from __future__ import annotations

import time
from pathlib import Path

from gyeol.cli.display import counting, say
from gyeol.data.layouts import rows_to_judge
from gyeol.engine.drift import Drift
from gyeol.engine.judge import Judge
from gyeol.engine.outputs import Outputs
from gyeol.engine.stream import judge_all


def predict(
    judge: Judge,
    images: Path,
    submission: Path,
    scores: Path | None,
    heatmaps: Path | None,
    raw_heatmaps: Path | None,
    unreadable: str,
    layout: str | None = None,
) -> dict[str, int]:
    """Judge images and write what was asked for; returns counts of rows, defects and unreadable images."""
    rows, sample = rows_to_judge(images, layout)
    drift, close = None if judge.reference_ is None else Drift(judge.reference_), 0
    began = time.monotonic()
    with Outputs(submission, scores, heatmaps, raw_heatmaps, sample, judge.threshold_, unreadable) as out:
        with counting("judging images") as report:
            stop = unreadable == "stop"
            for done, judged in enumerate(judge_all(judge, rows, keep=out.keep, stop_on_error=stop), start=1):
                out.add(judged)
                if judged.verdict is not None and judged.look is not None:
                    if drift is not None:
                        drift.add(judged.look, judged.verdict)
                    close += abs(judged.verdict.score - judge.threshold_) < judge.margin_
                report(done, len(rows))
        out.finish()
    seconds = time.monotonic() - began
    counts = out.counts()
    say(
        f"{counts['rows']:,} images, {counts['defects']:,} defective, in {seconds:.1f} s "
        f"({counts['rows'] / max(1e-6, seconds):.0f} images/s)"
    )
    if counts["unreadable"]:
        say(f"{counts['unreadable']:,} images could not be read; they are answered '{unreadable}'")
    if counts["unfamiliar"]:
        say(f"{counts['unfamiliar']:,} images are unlike every kind of texture in training: look at them")
    if close:
        say(
            f"{close:,} images lie within {judge.margin_:.3f} of the threshold: another engine may answer otherwise"
        )
    for warning in drift.warnings() if drift is not None else ():
        say(f"warning: {warning}")
    say(f"submission: {submission}")
    return counts
