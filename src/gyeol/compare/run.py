"""Train and measure one detector in a process of its own, so that its memory is its own too."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gyeol import __version__
from gyeol.data.layouts import read_training_data
from gyeol.data.names import test_rows
from gyeol.detect.directory import OWN, WEIGHTS
from gyeol.engine.stream import judge_all
from gyeol.errors import DataError, GyeolError, ModelError
from gyeol.files import atomic_file, printable
from gyeol.metrics.evaluation import evaluate_files
from gyeol.orphans import end_with_parent
from gyeol.plugins.opening import make_detector
from gyeol.plugins.registry import package_of

ROW, SCORES, MODEL = "row.json", "scores.csv", "model"


def compare(
    name: str,
    data: Path,
    key: Path,
    folder: Path,
    seed: int,
    minutes: float,
    say: Callable[[str], None],
    layout: str | None = None,
) -> dict[str, Any]:
    """Make the row of one detector, or read it where the same one was made before.

    Parameters
    ----------
    name : str
        Of :func:`gyeol.plugins.registry.names`.
    data : Path
        The data folder.
    key : Path
        Answers of its test images.
    folder : Path
        Gets row.json, scores.csv and the model of the detector.
    minutes : float
        Training time of those detectors that can be told.
    layout : str, optional
        The folder's layout, if it is not to be found by look.

    Returns
    -------
    dict
        Figures of the row; ``asked`` tells what they are of.

    Raises
    ------
    GyeolError
        If the data cannot be used or the detector fails.
    """
    dataset = read_training_data(data, layout)
    asked = {
        "detector": name,
        "package": f"gyeol {__version__}" if name == OWN else package_of(name),
        "data": dataset.root.resolve().as_posix(),
        "defects": len(dataset.defects),
        "normals": len(dataset.normals),
        "test": len(dataset.test),
        "seed": seed,
        "minutes": minutes,
    }
    kept = _read(folder / ROW)
    if kept is not None and kept["asked"] == asked:
        say(f"{name}: there already")
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROW).unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, name, data, folder, seed, minutes, layout))
    child.start()
    sender.close()
    try:
        row = _listen(receiver, name, say)
        child.join()
    finally:
        if child.is_alive():
            child.terminate()
            child.join()
    figures = evaluate_files(folder / SCORES, key).to_dict()
    (_, alarms), (misses, _) = figures["confusion"]
    row |= {
        "asked": asked,
        "macro_f1": figures["macro_f1"],
        "interval": list(figures["interval"]),
        **{name: figures["ranking"][name] for name in ("best_macro_f1", "auroc", "average_precision")},
        "misses": misses,
        "false_alarms": alarms,
    }
    with atomic_file(folder / ROW) as stream:
        json.dump(row, stream, indent=2, ensure_ascii=False)
    return row


def _read(path: Path) -> dict[str, Any] | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) and "asked" in row and "macro_f1" in row else None


def _listen(receiver: Any, name: str, say: Callable[[str], None]) -> dict[str, Any]:
    while True:
        try:
            what, content = receiver.recv()
        except EOFError as error:
            raise ModelError(
                f"{name}: its process ended without a result, which most often means too little memory; "
                "close other programs and call again, what is finished is kept"
            ) from error
        if what == "say":
            say(f"{name}: {content}")
        elif what == "error":
            raise ModelError(f"{name}: {content}")
        else:
            return dict(content)


def _child(
    sender: Any, name: str, data: Path, folder: Path, seed: int, minutes: float, layout: str | None
) -> None:
    def say(text: str) -> None:
        sender.send(("say", text))

    end_with_parent()
    try:
        sender.send(("row", measure(name, data, folder, seed, minutes, say, layout)))
    except GyeolError as error:
        sender.send(("error", printable(error)))
    except KeyboardInterrupt:
        sys.exit(130)


def measure(
    name: str,
    data: Path,
    folder: Path,
    seed: int,
    minutes: float,
    say: Callable[[str], None],
    layout: str | None = None,
) -> dict[str, Any]:
    """Train a detector in this process, keep it, score the test images and write scores.csv; gives times and sizes."""
    dataset = read_training_data(data, layout)
    if not dataset.test:
        raise DataError(f"{dataset.root}: no test images; a comparison needs some")
    rows = test_rows(dataset)
    began = time.monotonic()
    detector = make_detector(name, seed=seed, minutes=minutes)
    detector.fit(dataset, say=say)
    trained = time.monotonic()
    detector.save(folder / MODEL)
    began_judging = time.monotonic()
    with atomic_file(folder / SCORES) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("ImageId", "answer", "score"))
        for judged in judge_all(detector, rows):
            if judged.verdict is not None:
                writer.writerow((judged.name, judged.verdict.answer, f"{judged.verdict.score:.9g}"))
    seconds = time.monotonic() - began_judging
    record = detector.record_
    return {
        "title": record["detector"]["title"] if "detector" in record else OWN,
        "external_data": bool(record["external_data"]),
        "train_s": round(trained - began, 1),
        "images_s": round(len(rows) / seconds, 1),
        "peak_mib": round(peak_mib()),
        "size_mib": round((folder / MODEL / WEIGHTS).stat().st_size / 2**20, 2),
        "threshold": detector.threshold_,
        "validation": record["estimate"]["macro_f1"],
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
    }


def peak_mib() -> float:
    """Give the largest resident memory that this process had, in MiB.

    getrusage's figure starts with the memory of the process that started this one, so Linux's own count is read there.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # macOS, which counts in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None  # noqa: S101 (Linux always says it)
    return int(found[1]) / 1024
