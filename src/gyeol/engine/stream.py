"""Judge many images: one a core at a time, memory stays flat."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.cores import cores
from gyeol.data.ahead import ahead
from gyeol.data.image import read_image
from gyeol.detect.verdict import Verdict
from gyeol.engine.drift import Look, look_at
from gyeol.engine.judge import Judge
from gyeol.errors import DataError

AHEAD = 16
"""Images that are judged before the caller asks for them, and results that may wait to be written."""


@dataclass(frozen=True)
class Judged:
    """One image and what was said of it.

    Parameters
    ----------
    name : str
        The row's id.
    verdict : Verdict or None
        None where the image could not be read.
    error : str
        Why it could not be read, else empty.
    look : Look or None
        What it is like as a picture; None where it could not be read.
    """

    name: str
    verdict: Verdict | None
    error: str = ""
    look: Look | None = None


Keep = Callable[[str, NDArray[np.uint8], Verdict], None]


def judge_all(
    judge: Judge,
    rows: Iterable[tuple[str, Path]],
    *,
    keep: Keep | None = None,
    stop_on_error: bool = True,
    workers: int | None = None,
) -> Iterator[Judged]:
    """Judge images in the order of the rows.

    Parameters
    ----------
    rows : iterable of (str, Path)
        Id and file of each image.
    keep : callable, optional
        Called in a thread of its own, in the order of the rows, with the id, the pixels and the verdict, to write a
        heat map.
    stop_on_error : bool
        Whether an image that cannot be read ends the run.
    workers : int, optional
        Images that are in work at the same time, each on one core; by default two more than there are cores, so that
        some are read while the others are judged. The network is too small to share one image among cores without loss.

    Yields
    ------
    Judged
        One for every row.

    Raises
    ------
    DataError
        For the first image that cannot be read, where `stop_on_error`.
    OutputError
        If `keep` cannot write.
    """
    pool = ThreadPoolExecutor(max(1, workers or cores() + 2), initializer=keep_to_one_core)
    judged = ahead(pool, partial(_judge, judge), rows, AHEAD)
    with pool, ThreadPoolExecutor(1) as writer, closing(judged):
        written: deque[Future[None]] = deque()
        for name, done in judged:
            if isinstance(done, DataError):
                if stop_on_error:
                    raise done
                yield Judged(name, None, str(done))
                continue
            pixels, verdict, look = done
            if keep is not None:
                written.append(writer.submit(keep, name, pixels, verdict))
                if len(written) > AHEAD:
                    written.popleft().result()
            yield Judged(name, verdict, look=look)
        while written:
            written.popleft().result()


Done = tuple[NDArray[np.uint8], Verdict, Look] | DataError


def keep_to_one_core() -> None:
    """Tell torch, where it is in use, that this thread is one of many."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def _judge(judge: Judge, row: tuple[str, Path]) -> tuple[str, Done]:
    name, path = row
    try:
        pixels = read_image(path)
    except DataError as error:
        return name, error
    return name, (pixels, judge.judge(pixels), look_at(pixels))
