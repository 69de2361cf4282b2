"""`gyeol explore`: say what is in a data folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gyeol.cli import layout, reporting, result
from gyeol.cli.display import LINE_EVERY, say
from gyeol.explore.explore import explore
from gyeol.explore.facts import Facts

_BAR_EVERY = 0.1  # seconds between two drawings of the bar
_SHOWN = 12  # rows of a table; explore.json holds all


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the facts as JSON, too.")
@result.option
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that read images; one per core if not given."
)
@layout.option
@reporting.file_option("imbalance, kinds with their defects, distributions, copies")
def command(
    data: Path,
    output: Path | None,
    as_json: bool,
    workers: int | None,
    layout: str | None,
    report: Path | None,
    lang: str,
) -> None:
    """Say what is in the data folder DATA: counts, sizes, duplicates, masks, kinds, light.

    Problems with the data are reported, not refused.
    """
    reporting.check_place(report)
    facts = read_facts(data, workers, layout)
    result.as_json(facts.to_dict(), output, as_json)
    reporting.write(report, lang, facts=facts.to_dict(), data=data)
    if not as_json:
        show(facts)


def show(facts: Facts) -> None:
    """Print tables."""
    console = Console(highlight=False)
    for part in tables(facts):
        console.print(part)
    for warning in facts.warnings:
        console.print(f"[yellow]![/] {escape(warning)}", soft_wrap=True)


def read_facts(data: Path, workers: int | None, layout: str | None) -> Facts:
    """Explore a folder and show how far it is: a bar on a terminal, a line now and then in a log."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Without auto_refresh the bar needs no thread; one that holds a lock when processes are forked hangs them.
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("listing files", total=None)
        shown = time.monotonic()

        def note(what: str, done: int, total: int) -> None:
            nonlocal shown
            wait = _BAR_EVERY if console.is_terminal else LINE_EVERY
            if time.monotonic() - shown < wait and 0 < done < total:
                return
            if console.is_terminal:
                bar.update(task, description=what, completed=done, total=total or None, refresh=True)
            elif time.monotonic() - shown >= wait:
                say(f"{what}: {done:,} of {total:,}" if total else what)
            else:
                return
            shown = time.monotonic()

        return explore(data, workers, note, layout)


def tables(facts: Facts) -> Iterator[Table]:
    """Lay the facts out for a terminal."""
    yield _overview(facts)
    yield _sizes(facts)
    if facts.unreadable:
        yield _listing("Unreadable", [(row.path, row.reason) for row in facts.unreadable])
    if facts.duplicates:
        groups = sorted(facts.duplicates, key=lambda group: (not group.both_labels, not group.train_and_test))
        yield _listing("Duplicates", [(group.sameness, _files(group.files)) for group in groups])
    yield _kinds(facts)
    if facts.light:
        yield _light(facts)


def _overview(facts: Facts) -> Table:
    counts, masks = facts.counts, facts.masks
    table = Table.grid(padding=(0, 2))
    table.add_row("Folder", escape(facts.folder))
    if facts.layout:
        table.add_row("Layout", facts.layout)
    table.add_row("Training", f"{counts.defects:,} defects, {counts.normals:,} normals")
    table.add_row("Test", f"{counts.test:,} images")
    if facts.imbalance is not None:
        table.add_row("Imbalance", f"{facts.imbalance.normals_per_defect:,.0f} normals to a defect")
    if counts.masks or counts.defects:
        text = f"{counts.masks:,} for {counts.defects:,} defects"
        if masks.coverage is not None:
            low, middle, high = masks.coverage.least, masks.coverage.median, masks.coverage.most
            text += f", marking {low:.1%} to {high:.1%} of the image (median {middle:.1%})"
        table.add_row("Masks", text)
    exact, turned, near = (
        sum(group.sameness == sameness for group in facts.duplicates)
        for sameness in ("exact", "turned", "near")
    )
    table.add_row(
        "Copies", f"{exact:,} groups of equal images, {turned:,} of turned ones, {near:,} of near ones"
    )
    return table


def _sizes(facts: Facts) -> Table:
    table = _table("Sizes", "size", "mode", "training", "test")
    for row in facts.sizes[:_SHOWN]:
        table.add_row(f"{row.width}x{row.height}", row.mode, f"{row.train:,}", f"{row.test:,}")
    rest = facts.sizes[_SHOWN:]
    if rest:
        train, test = sum(row.train for row in rest), sum(row.test for row in rest)
        table.add_row(f"{len(rest):,} more", "", f"{train:,}", f"{test:,}")
    return table


def _kinds(facts: Facts) -> Table:
    table = _table(
        "Kinds found by their texture", "kind", "normals", "defects", "test", "unfamiliar", "example"
    )
    for row in facts.kinds:
        numbers = (row.normals, row.defects, row.test, row.unfamiliar_test)
        table.add_row(
            str(row.kind), *(f"{number:,}" for number in numbers), escape(PurePosixPath(row.example).name)
        )
    return table


def _light(facts: Facts) -> Table:
    table = _table("Light by class (mean ± deviation)", "statistic", "normals", "defects", "effect size")
    for row in facts.light:
        table.add_row(
            row.statistic,
            f"{row.normal_mean:.1f} ± {row.normal_deviation:.1f}",
            f"{row.defect_mean:.1f} ± {row.defect_deviation:.1f}",
            f"{row.effect:+.2f}" + ("" if row.certain else " (chance)"),
        )
    return table


def _listing(title: str, rows: list[tuple[str, str]]) -> Table:
    table = Table(title=f"{title} ({len(rows):,})", title_justify="left", show_header=False)
    for first, second in rows[:_SHOWN]:
        table.add_row(escape(first), escape(second))
    if len(rows) > _SHOWN:
        table.add_row("...", f"{len(rows) - _SHOWN:,} more; -o FILE writes all")
    return table


def _files(files: tuple[str, ...], shown: int = 2) -> str:
    more = f" and {len(files) - shown:,} more" if len(files) > shown else ""
    return ", ".join(files[:shown]) + more


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 or column == "example" else "right")
    return table
