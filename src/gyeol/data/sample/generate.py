"""Writing a sample folder: the competition's layout, and beside it the key."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from gyeol.data.sample.kinds import Pixels, draw_kinds, draw_sample
from gyeol.data.sample.plan import (
    DEFECTS_SPLIT,
    NORMALS_SPLIT,
    TEST_SPLIT,
    Item,
    Scale,
    draw_plan,
)
from gyeol.errors import OutputError
from gyeol.files import atomic_directory, printable
from gyeol.orphans import end_with_parent

VERSION = 1
"""Of the generator: goes up whenever the pixels of any seed change."""

_IMAGES = {
    DEFECTS_SPLIT: "train/defect_images",
    NORMALS_SPLIT: "train/normal_images",
    TEST_SPLIT: "test/images",
}
_MASKS = {DEFECTS_SPLIT: "train/defect_masks", TEST_SPLIT: "key/masks"}
_CHUNK = 16  # images per task: few enough that the progress moves and Ctrl-C is quick


def generate(
    root: Path,
    scale: Scale,
    seed: int,
    workers: int | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> None:
    """Write a folder of competition data with its answers.

    Parameters
    ----------
    root : Path
        Must not exist, or be an empty folder. It appears only when it is complete.
    scale : Scale
        How many images of what.
    seed : int
        From 0. Decides everything; the number of workers does not matter.
    workers : int, optional
        Processes; all cores that this process may use if not given. With 1, none is started. More are
        spawned, so a script that calls this needs ``if __name__ == "__main__"``.
    progress : callable
        Called with the number of images just written.

    Raises
    ------
    OutputError
        If ``root`` holds something, or cannot be written.
    """
    _check_empty(root)
    plan = draw_plan(seed, scale)
    with atomic_directory(root) as folder:
        for place in sorted({*_IMAGES.values(), *_MASKS.values()}):
            (folder / place).mkdir(parents=True)
        _write_tables(folder, seed, scale, plan)
        chunks = [plan[i : i + _CHUNK] for i in range(0, len(plan), _CHUNK)]
        for done in _write_images(folder, seed, chunks, workers or len(os.sched_getaffinity(0))):
            progress(done)


def _check_empty(root: Path) -> None:
    try:
        taken = root.is_dir() and any(root.iterdir())
    except OSError as error:
        reason = printable(error.strerror or error)
        raise OutputError(f"cannot write {printable(root)}: {reason}; choose another place") from error
    if taken:
        raise OutputError(
            f"cannot write {printable(root)}: it is not empty; give a new folder name or empty it"
        )


def _write_images(folder: Path, seed: int, chunks: list[list[Item]], workers: int) -> Iterator[int]:
    """Write all images and yield the number of each finished chunk."""
    if min(workers, len(chunks)) <= 1:
        for chunk in chunks:
            yield _write_chunk(folder, seed, chunk)
        return
    # Spawned, not forked: a fork would copy the locks of the progress display's thread.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(chunks)), context, initializer=_follow_the_main_process)
    try:
        waiting: set[Future[int]] = {pool.submit(_write_chunk, folder, seed, chunk) for chunk in chunks}
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool as error:
        raise OutputError(
            f"cannot write {printable(folder)}: a worker process was stopped; free memory and try again"
        ) from error
    finally:
        # Also on Ctrl-C and on a full disk: nothing may still write into a folder that is being removed.
        pool.shutdown(wait=True, cancel_futures=True)


def _follow_the_main_process() -> None:
    """Leave Ctrl-C to the main process, which stops its workers without a traceback from each; end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def _write_chunk(folder: Path, seed: int, items: Iterable[Item]) -> int:
    """Write some images with their masks; return how many."""
    kinds = draw_kinds(seed)
    count = 0
    for item in items:
        sample = draw_sample(seed, kinds[item.kind], item.split, item.number, item.defective)
        _save(folder / _IMAGES[item.split] / item.name, sample.pixels)
        mask = sample.exact if item.split == TEST_SPLIT else sample.weak
        if mask is not None:
            _save(folder / _MASKS[item.split] / item.name, mask.astype(np.uint8) * 255)
        count += 1
    return count


def _save(path: Path, pixels: Pixels) -> None:
    # Level 2 is as fast as 1 here and a tenth smaller. No metadata is written.
    Image.fromarray(pixels).save(path, "PNG", compress_level=2)


def _write_tables(folder: Path, seed: int, scale: Scale, plan: list[Item]) -> None:
    """Write the sample submission and the key's tables."""
    kinds = draw_kinds(seed)[: scale.kinds]
    test = [item for item in plan if item.split == TEST_SPLIT]
    train = [item for item in plan if item.split != TEST_SPLIT]
    _table(folder / "test/sample_submission.csv", "ImageId,answer", ((i.name, 0) for i in test))
    _table(
        folder / "key/answers.csv",
        "ImageId,answer,kind",
        ((i.name, int(i.defective), kinds[i.kind].texture) for i in test),
    )
    _table(folder / "key/train_kinds.csv", "ImageId,kind", ((i.name, kinds[i.kind].texture) for i in train))
    about = {
        "generator": VERSION,
        "seed": seed,
        "scale": asdict(scale),
        "kinds": {kind.texture: asdict(kind) for kind in kinds},
    }
    text = json.dumps(about, indent=1) + "\n"
    (folder / "key/sample.json").write_text(text, encoding="utf-8", newline="\n")


def _table(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    lines = [header, *(",".join(str(field) for field in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
