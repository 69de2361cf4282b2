"""What all requests share: the detector, the database, the queue, the pictures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gyeol.data.image import read_image
from gyeol.detect.directory import weights_id
from gyeol.detect.verdict import Verdict
from gyeol.detect.versions import save_threshold
from gyeol.errors import DataError, GyeolError
from gyeol.kinds import UNFAMILIAR
from gyeol.plugins.opening import load_detector
from gyeol.review.closeup import closeup
from gyeol.review.database import Database
from gyeol.review.images import ImageRow, Score, find_image, save_scores
from gyeol.review.models import note_model
from gyeol.web.cache import Cache
from gyeol.web.folders import Allowed
from gyeol.web.metrics import Metrics
from gyeol.web.pictures import heat_picture, picture, thumbnail
from gyeol.web.settings import Settings
from gyeol.web.work import SOON, BusyError, Workers

T = TypeVar("T")


class LateError(GyeolError):
    """A request took longer than it may."""


class GoneError(GyeolError):
    """There is no such image."""


class Served:
    """The server's state.

    Parameters
    ----------
    settings : Settings
        How it is set.

    Raises
    ------
    ModelError, DataError, OutputError
        If the model, a folder or the database cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.model = settings.model
        self.detector = load_detector(settings.model)
        self.weights = weights_id(settings.model)
        self.allowed = Allowed(settings.folders)
        self.database = Database(settings.database)
        note_model(self.database, self.weights, self.model)
        self.workers = Workers(settings.workers, settings.queue)
        self.cache = Cache(settings.picture_bytes)
        self.metrics = Metrics()
        self.ready = True
        self._saving = threading.Lock()

    async def soon(
        self, work: Callable[[], T], *, patient: bool = False, unwanted: Callable[[T], object] | None = None
    ) -> T:
        """Have a piece of work done by a worker, and wait for it.

        Parameters
        ----------
        work : callable
            What is to be done.
        patient : bool
            Wait for a place in the queue, too: for the later parts of a request of which parts are done already.
        unwanted : callable, optional
            Told of a result that came too late, to clean up after it.

        Raises
        ------
        BusyError
            If the queue is full.
        LateError
            If it takes longer than a request may; what has not begun is dropped.
        """
        done: Future[T] | None = None
        try:
            async with asyncio.timeout(self.settings.request_seconds):
                while done is None:
                    try:
                        done = self.workers.submit(work, SOON)
                    except BusyError:
                        if not patient:
                            raise
                        await asyncio.sleep(0.05)
                return await asyncio.shield(asyncio.wrap_future(done))
        except asyncio.CancelledError:
            if done is not None:
                done.cancel()
            raise
        except TimeoutError as error:
            if done is not None and not done.cancel() and unwanted is not None:
                done.add_done_callback(lambda late: None if late.exception() else unwanted(late.result()))
            raise LateError(
                f"not done within {self.settings.request_seconds:.0f} s; try again later"
            ) from error

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one image, and count it."""
        verdict = self.detector.judge(pixels)
        self.metrics.judged.inc()
        return verdict

    def score(self, path: Path) -> Score:
        """Judge a file, for the database."""
        try:
            pixels = read_image(path)
        except DataError as error:
            return Score(None, None, error=str(error))
        return self.scored(pixels, self.judge(pixels))

    @staticmethod
    def scored(pixels: NDArray[np.uint8], verdict: Verdict) -> Score:
        """Write a verdict down for the database."""
        strange = verdict.distance > UNFAMILIAR
        return Score(verdict.score, verdict.kind, strange, feature=closeup(pixels, verdict.heat))

    def image(self, number: int) -> ImageRow:
        """Find an image that may be shown.

        Raises
        ------
        GoneError
            If there is none of that number, or its folder is not (any longer) one that the page may open.
        """
        row = find_image(self.database, number)
        if row is None or not self.may_show(row.path):
            raise GoneError(f"there is no image {number}")
        return row

    def may_show(self, path: Path) -> bool:
        """Say whether a file is an upload, or in a folder that the page may open."""
        return path.parent == self.settings.uploads.resolve() or self.allowed.contains(path)

    def thumbnail(self, row: ImageRow) -> bytes:
        """Make, or remember, an image's thumbnail."""
        return self._kept(("thumbnail", row.id), lambda: thumbnail(read_image(row.path)))

    def picture(self, row: ImageRow) -> bytes:
        """Make, or remember, an image's picture."""
        return self._kept(("picture", row.id), lambda: picture(read_image(row.path)))

    def heat(self, row: ImageRow) -> bytes:
        """Make, or remember, an image's heat map; what else the judgement says is kept in the database."""

        def make() -> bytes:
            pixels = read_image(row.path)
            verdict = self.judge(pixels)
            save_scores(self.database, self.weights, [(row.id, self.scored(pixels, verdict))])
            return heat_picture(verdict.heat, self.detector.threshold_)

        return self._kept(("heat", row.id, self.detector.threshold_), make)

    def _kept(self, name: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        value = self.cache.get(name)
        if value is None:
            value = make()
            self.cache.put(name, value)
        return value

    def change_threshold(self, threshold: float, who: str, why: str) -> Path:
        """Save another threshold as a new version of the model, and judge by it from now on.

        Raises
        ------
        ModelError, OutputError
            If it is no threshold, or cannot be saved; everything stays as it was.
        """
        with self._saving:
            path, saved = save_threshold(self.model, threshold, who, why)
            self.model = path
            note_model(self.database, self.weights, path)
            self.detector.record_ = saved.record
            self.detector.threshold_ = saved.threshold
            return path

    def close(self) -> None:
        """Finish what has begun and close the database."""
        self.ready = False
        self.workers.close()
        self.database.close()
