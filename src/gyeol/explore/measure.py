"""Measuring each image of a folder once, on all cores."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gyeol.data.image import image_header, read_image
from gyeol.data.signature import signature
from gyeol.data.sources import canonical_hash
from gyeol.errors import DataError, GyeolError
from gyeol.kinds import describe

_CHUNK = 16
_WORTH_WORKERS = 64  # below that, starting processes takes longer than it saves


@dataclass(frozen=True)
class Measured:
    """What is kept of one image.

    Parameters
    ----------
    width, height : int
        The size in pixels.
    mode : str
        Pillow's name of what is in the file, such as ``"L"``.
    pixels : str
        Equal for two images if and only if all pixels are.
    canonical : str
        The same for turned and mirrored copies, too.
    brightness, contrast : float
        Mean and standard deviation of the grey values, 0 to 255.
    descriptor : ndarray of float32, shape (D,)
        See :func:`gyeol.kinds.describe`.
    signature : ndarray of float16, shape (S,)
        See :func:`gyeol.data.signature.signature`.
    """

    width: int
    height: int
    mode: str
    pixels: str
    canonical: str
    brightness: float
    contrast: float
    descriptor: NDArray[np.float32]
    signature: NDArray[np.float16]


def measure_image(path: Path) -> Measured | str:
    """Measure one image, or say in one line why it cannot be read."""
    try:
        image = read_image(path)
        _, _, mode = image_header(path)
    except DataError as error:
        return str(error)
    # A histogram is exact and several times faster than a mean and a deviation of floats.
    counts = np.bincount(image.ravel(), minlength=256)
    values = np.arange(256)
    brightness = float(counts @ values) / image.size
    variance = float(counts @ (values - brightness) ** 2) / image.size
    shape = repr(image.shape).encode()
    return Measured(
        width=image.shape[1],
        height=image.shape[0],
        mode=mode,
        pixels=hashlib.blake2b(image.tobytes(), digest_size=16, person=shape).hexdigest(),
        canonical=canonical_hash(image),
        brightness=brightness,
        contrast=float(np.sqrt(variance)),
        descriptor=describe(image),
        signature=signature(image),
    )


def measure_images(
    paths: Sequence[Path], workers: int | None = None, step: Callable[[int], None] | None = None
) -> list[Measured | str]:
    """Measure images on several processes.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    workers : int, optional
        How many processes; as many as this process may use cores if not given.
    step : callable, optional
        Is called with the number of images done since its last call.

    Returns
    -------
    list of Measured or str
        In the order of ``paths``; a str says why that image cannot be read.

    Raises
    ------
    GyeolError
        If a process is killed, as happens when memory runs out.
    """
    workers = workers or _cores()
    if workers == 1 or len(paths) < _WORTH_WORKERS:
        return list(_noted(map(measure_image, paths), step))
    with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
        try:
            return list(_noted(pool.map(measure_image, paths, chunksize=_CHUNK), step))
        except BrokenProcessPool as error:
            raise GyeolError(
                "a process that read images was killed, perhaps for lack of memory; close other programs"
            ) from error
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _noted(results: Iterator[Measured | str], step: Callable[[int], None] | None) -> Iterator[Measured | str]:
    for result in results:
        if step is not None:
            step(1)
        yield result


def _start_worker() -> None:
    # One process per core is all the machine has: threads inside each would only get in each other's way.
    threadpool_limits(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
