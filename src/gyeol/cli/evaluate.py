"""`gyeol evaluate`: compare a submission or scores with the answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gyeol.cli import reporting, result
from gyeol.files import printable
from gyeol.metrics.answers import read_compared
from gyeol.metrics.evaluation import LEVEL, Evaluation, evaluate_files


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("key", type=click.Path(path_type=Path))
@click.option(
    "--heatmaps", type=click.Path(path_type=Path), help="Raw grey heat maps, named like the images."
)
@click.option("--masks", type=click.Path(path_type=Path), help="The key's masks, if not beside the key.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the figures as JSON, too.")
@result.option
@reporting.file_option("confusion matrix, curves, kinds, the worst mistakes")
def command(
    file: Path,
    key: Path,
    heatmaps: Path | None,
    masks: Path | None,
    output: Path | None,
    as_json: bool,
    report: Path | None,
    lang: str,
) -> None:
    """Compare FILE, a submission or scores, with KEY.

    FILE has the columns ImageId,answer and perhaps score. KEY has ImageId,answer and perhaps kind; a folder
    with such an answers.csv in it will do.
    """
    if masks is not None and heatmaps is None:
        raise click.UsageError("--masks needs --heatmaps")
    reporting.check_place(report)
    evaluation = evaluate_files(file, key, heatmaps, masks)
    result.as_json(evaluation.to_dict(), output, as_json)
    reporting.write(report, lang, evaluation=evaluation.to_dict(), compared=read_compared(file, key))
    if not as_json:
        show(evaluation)


def show(evaluation: Evaluation) -> None:
    """Print tables."""
    console = Console(highlight=False)
    for part in tables(evaluation):
        console.print(part)


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """Lay the figures out for a terminal."""
    yield _summary(evaluation)
    yield _classes(evaluation)
    if evaluation.kinds:
        yield _kinds(evaluation)


def _summary(evaluation: Evaluation) -> Table:
    table = Table.grid(padding=(0, 2))
    low, high = evaluation.interval
    table.add_row(
        "Macro F1",
        f"[bold]{evaluation.macro_f1:.4f}[/]",
        f"{LEVEL:.0%} of resamples: {low:.4f} to {high:.4f}",
    )
    table.add_row(
        "Accuracy",
        f"{evaluation.accuracy:.4f}",
        f"{evaluation.defects:,} defects in {evaluation.images:,} images",
    )
    ranking = evaluation.ranking
    if ranking is not None:
        table.add_row("AUROC", f"{ranking.auroc:.4f}")
        table.add_row("Average precision", f"{ranking.average_precision:.4f}")
        table.add_row(
            "Best Macro F1",
            f"{ranking.best_macro_f1:.4f}",
            f"at one threshold, {ranking.best_threshold:.6g}; the answers' own "
            + (
                f"cost {ranking.threshold_cost:.4f}"
                if ranking.threshold_cost >= 0
                else f"do better by {-ranking.threshold_cost:.4f}"
            ),
        )
    found = evaluation.localisation
    if found is not None:
        note = f"up to {found.limit:.0%} false positives, {found.regions:,} regions"
        if found.without_mask:
            note += f", {found.without_mask:,} defects without a mask left out"
        table.add_row("AUPRO", f"{found.aupro:.4f}", note)
    return table


def _classes(evaluation: Evaluation) -> Table:
    table = Table(title="Classes", title_justify="left")
    for column in ("truth", "images", "as normal", "as defective", "precision", "recall", "F1"):
        table.add_column(column, justify="left" if column == "truth" else "right")
    rows = zip(
        ("normal", "defective"),
        evaluation.confusion,
        (evaluation.normal, evaluation.defective),
        strict=True,
    )
    for name, counts, scores in rows:
        table.add_row(
            name,
            f"{scores.support:,}",
            *(f"{count:,}" for count in counts),
            *(f"{value:.4f}" for value in (scores.precision, scores.recall, scores.f1)),
        )
    return table


def _kinds(evaluation: Evaluation) -> Table:
    table = Table(title="Kinds", title_justify="left")
    ranked = evaluation.ranking is not None
    columns = [
        "kind",
        "images",
        "defects",
        "misses",
        "false alarms",
        "recall",
        *(["AUROC"] if ranked else []),
    ]
    for column in columns:
        table.add_column(column, justify="left" if column == "kind" else "right")
    for row in evaluation.kinds:
        counts = (row.images, row.defects, row.misses, row.false_alarms)
        shares = (row.recall, row.auroc) if ranked else (row.recall,)
        table.add_row(
            escape(printable(row.kind)),
            *(f"{count:,}" for count in counts),
            *("-" if share is None else f"{share:.4f}" for share in shares),
        )
    return table
