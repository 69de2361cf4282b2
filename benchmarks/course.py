"""One data folder with a key, one method: train, predict, evaluate with the real commands, and make a row."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from record import ROOT, Ran, Results, Row, fingerprint, machine, measure, use_cores

GYEOL = Path(sys.executable).with_name("gyeol")
HERE = Path(__file__).resolve().parent
GYEOL_METHOD, PLAIN_METHOD = "gyeol", "plain resnet18d"
MOST_HEATMAPS = 2000
"""Of a larger test no heat maps are measured: they take a second prediction and gigabytes."""


def parser(text: str | None, results: str, **defaults: Any) -> argparse.ArgumentParser:
    """Make the parser with the options that all benchmarks share."""
    made = argparse.ArgumentParser(description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    made.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of sample and training")
    made.add_argument("--minutes", type=float, default=8.0, help="of gyeol train")
    made.add_argument(
        "--steps",
        type=int,
        help="of gyeol train, instead of minutes: other work on the machine then costs only time",
    )
    made.add_argument("--epochs", type=int, default=3, help="of the plain classifier; 0 leaves it out")
    made.add_argument(
        "--work", type=Path, default=ROOT / "work/benchmarks", help="folder for data and models"
    )
    made.add_argument("--results", type=Path, default=HERE / results, help="file of rows")
    made.add_argument("--cores", type=int, default=2, help="to keep to; 0: all")
    made.add_argument("--force", action="store_true", help="make rows again that are there")
    made.set_defaults(**defaults)
    return made


def begin(options: argparse.Namespace) -> Results:
    """Take the shared options to heart; returns the file of rows."""
    if not GYEOL.exists():
        sys.exit(f"no {GYEOL}; install the project first: make setup")
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    use_cores(options.cores)
    options.work = options.work.resolve()
    return Results(options.results, options.force)


def make_sample(folder: Path, scale: str, seed: int) -> Ran | None:
    """Make a sample folder; None where it is there."""
    if folder.exists():
        return None
    command = [GYEOL, "sample", folder, "--scale", scale, "--seed", str(seed)]
    return measure(command, folder.with_name(f"{folder.name}.log"))


def budget(options: argparse.Namespace) -> dict[str, Any]:
    """Give what gyeol may take, as a row says it."""
    if options.steps:
        return {"minutes": None, "epochs": None, "steps": options.steps}
    return {"minutes": options.minutes, "epochs": None, "steps": None}


def gyeol_row(
    question: str,
    data: Path,
    seed: int,
    given: dict[str, Any],
    work: Path,
    method: str = GYEOL_METHOD,
    program: Sequence[str | Path] = (GYEOL,),
    settings: Sequence[str] = (),
    heat: bool = True,
) -> Row:
    """Train gyeol on `data` with a :func:`budget` and judge its test.

    `work` is for the model and the answers, `program` is what runs in place of gyeol, `settings` are further words for
    the training, `heat` says whether heat maps are measured, too, where there are masks to compare them with.
    """
    before, key = machine(), data / "key"
    clear(work)
    name = "steps" if given["steps"] else "minutes"
    train = [*program, "train", data, "-o", work / "model", f"--{name}", f"{given[name]:g}"]
    train += ["--seed", str(seed), *settings]
    predict = [*program, "predict", work / "model", data, "-o", work / "submission.csv"]
    predict += ["--scores", work / "scores.csv"]
    evaluate = [GYEOL, "evaluate", work / "scores.csv", key, "--json"]
    runs = [measure(train, work / "train.log"), measure(predict, work / "predict.log")]
    count = sum(1 for _ in (work / "scores.csv").open(encoding="utf-8")) - 1
    decode = json.loads(measure([sys.executable, HERE / "decode.py", data], work / "decode.log").stdout)
    if heat and (key / "masks").is_dir() and count <= MOST_HEATMAPS:
        again = [*predict, "--raw-heatmaps", work / "heat"]
        measure(again, work / "heat.log")
        evaluate += ["--heatmaps", work / "heat"]
    runs.append(measure(evaluate, work / "evaluate.log"))
    record = json.loads((work / "model/detector.json").read_text(encoding="utf-8"))["record"]
    metrics = figures(json.loads(runs[-1].stdout))
    estimate = record["estimate"]
    metrics |= {
        "estimate": estimate["macro_f1"],
        "estimate_interval": estimate["interval"],
        "estimate_gap": estimate["macro_f1"] - metrics["macro_f1"],
        "steps": record["steps"],
        "train_s": runs[0].wall_s,
        "train_peak_mib": runs[0].peak_mib,
        "predict_s": runs[1].wall_s,
        "predict_peak_mib": runs[1].peak_mib,
        "predict_images_s": count / runs[1].wall_s,
        "decode_images_s": decode["images_s"],
    }
    shutil.rmtree(work / "heat", ignore_errors=True)
    return _row(question, method, seed, given, data, [train, predict, evaluate], runs, before, metrics)


def plain_row(question: str, data: Path, seed: int, epochs: int, work: Path) -> Row:
    """Train the plain classifier on `data` and judge its test, in one process."""
    before, key = machine(), data / "key"
    clear(work)
    fit = [sys.executable, HERE / "plain.py", data, "-o", work / "scores.csv"]
    fit += ["--epochs", str(epochs), "--seed", str(seed)]
    evaluate = [GYEOL, "evaluate", work / "scores.csv", key, "--json"]
    runs = [measure(fit, work / "plain.log"), measure(evaluate, work / "evaluate.log")]
    metrics = figures(json.loads(runs[1].stdout)) | json.loads(runs[0].stdout)
    given = {"minutes": None, "epochs": epochs, "steps": None}
    return _row(question, PLAIN_METHOD, seed, given, data, [fit, evaluate], runs, before, metrics)


def both_rows(
    results: Results,
    question: str,
    data: Path,
    seed: int,
    options: argparse.Namespace,
    make: Callable[[], object],
) -> None:
    """Make the rows of both methods on one folder, those that are not there yet; `make` makes the folder."""
    work = options.work / f"{data.name}-runs"
    given = budget(options)
    if results.wants(question=question, method=GYEOL_METHOD, seed=seed, **given):
        make()
        results.put(gyeol_row(question, data, seed, given, work / f"gyeol-{seed}"))
    given = {"minutes": None, "epochs": options.epochs}
    if options.epochs and results.wants(question=question, method=PLAIN_METHOD, seed=seed, **given):
        make()
        results.put(plain_row(question, data, seed, options.epochs, work / f"plain-{seed}"))


def figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Take what a row shows from the output of ``gyeol evaluate --json``."""
    (_, alarms), (misses, _) = evaluation["confusion"]
    ranking, found = evaluation["ranking"], evaluation["localisation"]
    return {
        "macro_f1": evaluation["macro_f1"],
        "interval": evaluation["interval"],
        "best_macro_f1": ranking["best_macro_f1"],
        "auroc": ranking["auroc"],
        "average_precision": ranking["average_precision"],
        "aupro": found["aupro"] if found else None,
        "images": evaluation["images"],
        "defects": evaluation["defects"],
        "misses": misses,
        "false_alarms": alarms,
        "kinds": evaluation["kinds"],
    }


def clear(work: Path) -> None:
    """Start with an empty folder, so that no file of an earlier run is taken for this one's."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)


def _row(
    question: str,
    method: str,
    seed: int,
    given: dict[str, Any],
    data: Path,
    commands: list[list[Any]],
    runs: list[Ran],
    before: dict[str, Any],
    metrics: dict[str, Any],
) -> Row:
    return {
        "question": question,
        "method": method,
        "seed": seed,
        **given,
        "data": fingerprint(data),
        "command": [_short(command) for command in commands],
        "machine": before,
        "wall_s": round(sum(run.wall_s for run in runs), 1),
        "peak_mib": max(run.peak_mib for run in runs),
        "metrics": {name: _rounded(value) for name, value in metrics.items()},
    }


def _short(command: list[Any]) -> str:
    """Write a command as a user would type it, without this machine's folders."""
    words = []
    for word in command:
        path = Path(word) if isinstance(word, Path) or word == sys.executable else None
        inside = path is not None and path.parent == HERE
        words.append(str(path.relative_to(ROOT)) if inside else path.name if path else str(word))
    return " ".join(words)


def _rounded(value: Any) -> Any:
    return round(value, 7) if isinstance(value, float) else value
