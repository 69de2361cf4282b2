"""Judge many images: reading and writing run beside the network, memory stays flat."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gyeol.data.image import read_image
from gyeol.detect.detector import Detector
from gyeol.detect.verdict import Verdict
from gyeol.errors import DataError

AHEAD = 16
"""Images that are read before the network asks for them, and results that may wait to be written."""


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
    """

    name: str
    verdict: Verdict | None
    error: str = ""


Keep = Callable[[str, NDArray[np.uint8], Verdict], None]


def judge_all(
    detector: Detector,
    rows: Iterable[tuple[str, Path]],
    *,
    keep: Keep | None = None,
    stop_on_error: bool = True,
    workers: int = 2,
) -> Iterator[Judged]:
    """Judge images in the order of the rows.

    Parameters
    ----------
    rows : iterable of (str, Path)
        Id and file of each image.
    keep : callable, optional
        Called in a worker thread with the id, the pixels and the verdict, to write a heat map.
    stop_on_error : bool
        Whether an image that cannot be read ends the run.
    workers : int
        Threads that read and write.

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
    with ThreadPoolExecutor(max(1, workers)) as readers, ThreadPoolExecutor(1) as writer:
        written: deque[Future[None]] = deque()
        try:
            for name, pixels in _read_ahead(readers, rows):
                if isinstance(pixels, DataError):
                    if stop_on_error:
                        raise pixels
                    yield Judged(name, None, str(pixels))
                    continue
                verdict = detector.judge(pixels)
                if keep is not None:
                    written.append(writer.submit(keep, name, pixels, verdict))
                    if len(written) > AHEAD:
                        written.popleft().result()
                yield Judged(name, verdict)
            while written:
                written.popleft().result()
        finally:
            readers.shutdown(wait=False, cancel_futures=True)


def _read_ahead(
    pool: ThreadPoolExecutor, rows: Iterable[tuple[str, Path]]
) -> Iterator[tuple[str, NDArray[np.uint8] | DataError]]:
    waiting: deque[tuple[str, Future[NDArray[np.uint8] | DataError]]] = deque()
    for name, path in rows:
        waiting.append((name, pool.submit(_try_to_read, path)))
        if len(waiting) > AHEAD:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def _try_to_read(path: Path) -> NDArray[np.uint8] | DataError:
    try:
        return read_image(path)
    except DataError as error:
        return error
