"""Working on many things in the background, in order, a few ahead of what is taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")


def ahead(pool: Executor, work: Callable[[S], T], items: Iterable[S], most: int) -> Generator[T]:
    """Yield ``work(item)`` for each item in order; unlike ``pool.map``, no more than `most` results ever wait.

    Parameters
    ----------
    pool : Executor
        Shut down, with what is waiting dropped, when the caller stops listening or an item fails.
    most : int
        Items that are begun before the caller asks for them.
    """
    waiting: deque[Future[T]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
