"""Train and measure one method in a process of its own, so that its memory is its own too."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gyeol.compare.methods import METHODS
from gyeol.data.layouts import read_training_data
from gyeol.data.names import test_rows
from gyeol.errors import DataError, GyeolError, ModelError
from gyeol.files import atomic_file, printable
from gyeol.metrics.evaluation import evaluate_files

ROW = "row.json"


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
    """Make the row of one method, or read it where the same one was made before.

    Parameters
    ----------
    name : str
        Of :data:`gyeol.compare.methods.METHODS`.
    data : Path
        The data folder.
    key : Path
        Answers of its test images.
    folder : Path
        Gets scores.csv and row.json of the method.
    minutes : float
        Training time of those methods that can be told.
    layout : str, optional
        The folder's layout, if it is not to be found by look.

    Returns
    -------
    dict
        Figures of the row; ``asked`` tells what they are of.

    Raises
    ------
    GyeolError
        If the data cannot be used or the method fails.
    """
    dataset = read_training_data(data, layout)
    asked = {
        "method": name,
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
    figures = evaluate_files(folder / "scores.csv", key).to_dict()
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
    """Train a method in this process, score the test images and write scores.csv; returns times and sizes."""
    dataset = read_training_data(data, layout)
    if not dataset.test:
        raise DataError(f"{dataset.root}: no test images; a comparison needs some")
    rows = test_rows(dataset)
    began = time.monotonic()
    method = METHODS[name]
    rival = method.make(seed, minutes)
    rival.fit(dataset, say=say)
    trained = time.monotonic()
    scores = rival.score_samples([path for _, path in rows])
    seconds = time.monotonic() - trained
    with atomic_file(folder / "scores.csv") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("ImageId", "answer", "score"))
        for (image, _), score in zip(rows, scores, strict=True):
            writer.writerow((image, int(score > rival.threshold_), f"{score:.9g}"))
    validation = getattr(rival, "validation_", None)
    return {
        "title": method.title,
        "source": method.source,
        "outside": method.outside,
        "train_s": round(trained - began, 1),
        "images_s": round(len(rows) / seconds, 1),
        # Linux counts in KiB, macOS in bytes.
        "peak_mib": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20)
        ),
        "size_mib": round(rival.nbytes / 2**20, 2),
        "threshold": float(rival.threshold_),
        "validation": None if validation is None else float(validation),
        "highest_score": float(np.max(scores)),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
    }
