"""Judging what has no score yet, and looking ahead at what will be looked at next, while nobody waits for more."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gyeol.errors import GyeolError
from gyeol.review.images import Score, count_images, find_image, save_scores, unjudged
from gyeol.review.order import what_next
from gyeol.review.verdicts import last_event
from gyeol.web.served import Served
from gyeol.web.work import LATER

_BATCH = 16
_AHEAD = 300
"""Unsure images whose heat maps are made before anybody asks: what one person looks at in ten minutes."""
_PAUSE = 1.0


class Background:
    """A thread that feeds the workers with what can wait.

    Parameters
    ----------
    served : Served
        The server's state.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._stop = threading.Event()
        self._looked: set[tuple[int, float]] = set()
        self._done: object = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch in hand."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self._score() or self._look_ahead()
            except GyeolError:  # the queue or the disk is full: what somebody waits for comes first
                busy = False
            if not busy:
                self._stop.wait(_PAUSE)

    def _score(self) -> bool:
        """Judge a batch of what has no score; say whether there was any."""
        served = self._served
        rows = unjudged(served.database, served.weights, _BATCH)
        scores: list[tuple[int, Score]] = []
        tasks: list[tuple[int, Future[Score]]] = []
        for number, path in rows:
            if served.may_show(path):
                tasks.append((number, served.workers.submit(partial(served.score, path), LATER)))
            else:
                scores.append(
                    (number, Score(None, None, error="its folder is not on the server's list any more"))
                )
        for number, task in tasks:
            if self._wait(task):
                scores.append((number, task.result()))
        if scores:
            save_scores(served.database, served.weights, scores)
        return bool(rows)

    def _look_ahead(self) -> bool:
        """Make the heat maps of the next images to look at; say whether there was any to make."""
        served = self._served
        threshold = served.detector.threshold_
        state = (threshold, last_event(served.database), count_images(served.database, served.weights))
        if state == self._done:
            return False
        ahead = what_next(served.database, threshold, limit=_AHEAD)
        fresh = [number for number in ahead if (number, threshold) not in self._looked][:_BATCH]
        for number in fresh:
            self._looked.add((number, threshold))
            row = find_image(served.database, number)
            if row is not None and served.may_show(row.path):
                self._wait(served.workers.submit(partial(served.heat, row), LATER))
        if not fresh:
            self._done = state  # the order stays as it is until somebody says something
        return bool(fresh)

    def _wait(self, task: Future[Any]) -> bool:
        """Wait for a piece of work, but not when the server is stopping; say whether it was done without an error."""
        while not self._stop.is_set():
            with suppress(TimeoutError):
                return task.exception(timeout=0.5) is None
        return False
