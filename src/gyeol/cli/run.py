"""`gyeol run`: explore, train, predict and, with a key, evaluate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gyeol.cli import defaults, layout, reporting, result, tracking
from gyeol.cli.extras import need_training, report_can_be_made
from gyeol.cli.layout import key_of_layout, require_test
from gyeol.data.layouts import read_training_data
from gyeol.data.names import test_rows
from gyeol.files import lock_beside, locked
from gyeol.metrics.answers import check_key, read_compared

if TYPE_CHECKING:
    from gyeol.detect.detector import Detector

PATH = click.Path(path_type=Path)


@click.command(name="run", short_help="Explore, train, predict and, with a key, evaluate.")
@click.argument("data", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, help="Folder for everything that is made.")
@click.option("--key", type=PATH, help="The answers, if there are any: key/answers.csv or its folder.")
@click.option("--minutes", type=float, help="Time to spend on training; sets the number of steps.")
@click.option("--steps", type=int, help="Training steps.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--prevalence", type=float, help="Share of defective images to expect, if known; moves the threshold."
)
@click.option("--heatmaps/--no-heatmaps", default=False, help="Also write a picture for every test image.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@defaults.set_option
@tracking.option
@layout.option
@reporting.language
@result.option
@click.pass_context
def command(ctx: click.Context, /, output: Path, **asked: Any) -> None:
    """Do the whole job for the folder DATA and leave in OUTPUT:

    \b
    explore.json      what is in the folder
    model/            the detector, with its card
    submission.csv    the answers, in the rows and order of sample_submission.csv
    scores.csv        the scores behind them
    evaluation.json   with a key, or where the layout has the labels of the test: how good the answers are
    report.html       all of it on one page, with pictures
    """  # noqa: D301, D400 (click's own paragraph mark)
    need_training()
    with locked(lock_beside(output)):
        _run(ctx, output=output, **asked)


def _run(
    ctx: click.Context,
    /,
    data: Path,
    output: Path,
    key: Path | None,
    heatmaps: bool,
    resume: bool,
    logs: tuple[str, ...],
    layout: str | None,
    lang: str,
    as_json: bool,
    **_: object,  # what the detector is told: defaults.detector_settings gathers it
) -> None:
    """Do it, in a folder that is this run's own."""
    from gyeol.cli import evaluate, explore
    from gyeol.cli.display import say
    from gyeol.cli.work import summary, train
    from gyeol.detect.detector import Detector
    from gyeol.detect.directory import is_model
    from gyeol.metrics.evaluation import evaluate_files

    settings = defaults.detector_settings(ctx)
    tracking.check(logs)
    dataset = read_training_data(
        data, layout
    )  # what cannot be trained on is better known before it is explored
    require_test(dataset, data)
    if key:
        check_key(key, data, [name for name, _ in test_rows(dataset)])
    else:
        key = key_of_layout(dataset, output / "key")
    facts, model = output / "explore.json", output / "model"
    if not (resume and facts.exists()):
        found = explore.read_facts(data, None, layout)
        result.as_json(found.to_dict(), facts, False)
        if not as_json:
            explore.show(found)
    if resume and is_model(model):
        say(f"{model} is there already; going on with it")
        detector = Detector.load(model)
    else:
        detector = train(data, model, settings, resume, layout, logs)
    tables = output / "submission.csv", output / "scores.csv"
    pictures = output / "heatmaps" if heatmaps else None
    counts = _predict(detector, data, tables, pictures, layout)
    evaluation = evaluate_files(tables[1], key) if key else None
    if evaluation:
        result.as_json(evaluation.to_dict(), output / "evaluation.json", False)
        if not as_json:
            evaluate.show(evaluation)
    made = {
        **summary(detector, model),
        **dict(zip(("submission", "scores"), tables, strict=True)),
        "heatmaps": pictures,
        "prediction": counts,
        "evaluation": evaluation and evaluation.to_dict(),
        "report": _report(detector, data, output, key, layout, lang),
    }
    result.as_json(made, None, as_json)


def _predict(
    detector: Detector, data: Path, tables: tuple[Path, Path], pictures: Path | None, layout: str | None
) -> dict[str, int]:
    """Judge the test; the pictures of an earlier run stay until there are new ones."""
    from gyeol.cli.judging import predict

    if pictures is None:
        return predict(detector, data, *tables, None, None, "stop", layout)
    fresh = pictures.with_name(".heatmaps.new")
    shutil.rmtree(fresh, ignore_errors=True)
    counts = predict(detector, data, *tables, fresh, None, "stop", layout)
    shutil.rmtree(pictures, ignore_errors=True)
    fresh.rename(pictures)
    return counts


def _report(
    detector: Detector, data: Path, output: Path, key: Path | None, layout: str | None, lang: str
) -> Path | None:
    """Write the report on what is in OUTPUT; None if it cannot be made."""
    if not report_can_be_made():
        return None
    facts = output / "explore.json"
    sources = {
        "facts": json.loads(facts.read_text(encoding="utf-8")),
        "data": data,
        "threshold": detector.threshold_,
        "record": detector.record_,
    }
    if key:
        from gyeol.cli.work import mistakes
        from gyeol.report.parts.mistakes import WORST

        sources |= {
            "evaluation": json.loads((output / "evaluation.json").read_text(encoding="utf-8")),
            "compared": read_compared(output / "scores.csv", key),
            "mistakes": tuple(mistakes(detector, data, output / "scores.csv", key, None, layout, WORST)),
        }
    reporting.write(output / "report.html", lang, **sources)
    return output / "report.html"
