"""Child processes that end with the one that started them, even where that was killed and could tell nobody."""

from __future__ import annotations

import multiprocessing.connection
import os
import threading


def end_with_parent() -> None:
    """Let this process, made by multiprocessing, end when its parent is no more; does nothing in one without a parent.

    Nobody wants its result then, and it may wait for ever: a worker holds both ends of the queue that it is told
    through.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
