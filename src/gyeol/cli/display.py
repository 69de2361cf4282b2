"""Showing long work on stderr: a live bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gyeol.files import printable

if TYPE_CHECKING:
    from gyeol.detect.trainer import Progress as Step

LINE_EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
_live: list[Progress] = []
"""The bar that is on the screen, if there is one: what is said has to go above it, and two would overwrite it."""


def say(text: str) -> None:
    """Tell the user what is going on, on stderr."""
    if _live:
        _live[-1].console.print(printable(text), markup=False, highlight=False, soft_wrap=True)
    else:
        click.echo(printable(text), err=True)


@contextmanager
def _bar(bar: Progress) -> Iterator[Callable[[], None]]:
    """Hand out the function that puts a bar on the screen, in place of the one before."""

    def begin() -> None:
        if bar not in _live:
            while _live:
                _live.pop().stop()
            _live.append(bar)
            bar.start()

    try:
        yield begin
    finally:
        bar.stop()
        if bar in _live:
            _live.remove(bar)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of something is done: yields a function of done and total."""
    console = Console(stderr=True)
    if not console.is_terminal:
        said = time.monotonic()

        def line(done: int, total: int) -> None:
            nonlocal said
            if time.monotonic() - said > LINE_EVERY:
                said = time.monotonic()
                say(f"{what}: {done:,} of {total:,}")

        yield line
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(what)
    with _bar(bar) as begin:

        def count(done: int, total: int) -> None:
            begin()
            bar.update(task, completed=done, total=total)

        yield count


@contextmanager
def training() -> Iterator[Callable[[Step], None]]:
    """Show the training loop: yields a function of the loop's progress."""
    console = Console(stderr=True)
    if not console.is_terminal:
        said = time.monotonic()

        def line(now: Step) -> None:
            nonlocal said
            if time.monotonic() - said > LINE_EVERY or now.step == now.steps:
                said = time.monotonic()
                left = (now.steps - now.step) * now.crops / max(1e-6, now.crops_per_second)
                say(
                    f"{now.phase}: step {now.step:,} of {now.steps:,}, loss {now.loss:.3f}, "
                    f"{now.crops_per_second:.0f} images/s, {left:.0f} s left in this phase"
                )

        yield line
        return
    columns = (
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:.0f} images/s"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console)
    tasks: dict[str, TaskID] = {}
    with _bar(bar) as begin:

        def show(now: Step) -> None:
            begin()
            if now.phase not in tasks:
                tasks[now.phase] = bar.add_task(now.phase, total=now.steps, loss=now.loss, speed=0.0)
            bar.update(tasks[now.phase], completed=now.step, loss=now.loss, speed=now.crops_per_second)

        yield show
