"""Work for the processor: a few threads, a short queue, the page before the background."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import torch

from gyeol.errors import GyeolError

T = TypeVar("T")
SOON, LATER = 0, 1
"""What somebody waits for, and what may wait for that."""


class BusyError(GyeolError):
    """The queue is full; the same request may work a little later."""


class Workers:
    """Threads that take work from a queue of bounded length.

    Parameters
    ----------
    threads : int
        How many. Each is kept to one core: the network is too small to share one image among several.
    longest : int
        Pieces of work of one urgency that may wait.
    patience : float
        Seconds that somebody may have to wait, as long as the last pieces of work took. Beyond, more work is refused
        at once: it would only be given up when its time is over.
    """

    def __init__(self, threads: int, longest: int, patience: float = math.inf) -> None:
        self.longest, self.patience = longest, patience
        self._usual = 0.0  # seconds of a piece of work, the last ones weighing most
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._waiting = {SOON: 0, LATER: 0}
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._open = True
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(max(1, threads))]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T], urgency: int = SOON) -> Future[T]:
        """Queue a piece of work.

        Raises
        ------
        BusyError
            If too much waits already, or the server is stopping.
        """
        done: Future[T] = Future()

        def run() -> None:
            if done.set_running_or_notify_cancel():  # whoever asked may have gone
                began = time.monotonic()
                try:
                    done.set_result(work())
                except BaseException as error:
                    done.set_exception(error)
                self._usual += 0.2 * (time.monotonic() - began - self._usual)

        with self._changed:
            late = self._waiting[SOON] * self._usual / len(self._threads) > self.patience and urgency == SOON
            if not self._open or late or self._waiting[urgency] >= self.longest:
                raise BusyError("the server has too much to do; try again in a few seconds")
            self._waiting[urgency] += 1
            heapq.heappush(self._queue, (urgency, next(self._order), run))
            self._changed.notify()
        return done

    @property
    def waiting(self) -> int:
        """How many pieces of work wait for a thread."""
        return sum(self._waiting.values())

    def close(self) -> None:
        """Finish what has begun, drop what waits in the background, and end the threads."""
        with self._changed:
            self._open = False
            self._queue = [each for each in self._queue if each[0] == SOON]
            heapq.heapify(self._queue)
            self._waiting[LATER] = 0
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self) -> None:
        torch.set_num_threads(1)
        while True:
            with self._changed:
                while not self._queue:
                    if not self._open:
                        return
                    self._changed.wait()
                urgency, _, run = heapq.heappop(self._queue)
                self._waiting[urgency] -= 1
            run()
