"""What a prediction leaves behind: a submission, scores, heat maps; all of it or nothing."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gyeol.data.listing import EXTENSIONS
from gyeol.data.submission import write_submission
from gyeol.detect.verdict import Verdict
from gyeol.engine.overlay import save_overlay, save_raw
from gyeol.engine.stream import Judged, Keep
from gyeol.errors import OutputError
from gyeol.files import (
    atomic_directory,
    atomic_file,
    lock_beside,
    locked,
    require_empty,
    require_writable,
)

SCORE_COLUMNS = ("ImageId", "score", "answer", "kind", "note")


class Outputs:
    """Gather judgements, and put the files in place only when all of them are there.

    Parameters
    ----------
    submission : Path
        Table of ImageId and answer.
    scores : Path or None
        Table of ImageId, score, answer, kind, note.
    heatmaps, raw_heatmaps : Path or None
        Folders for pictures with the heat map laid over, and for bare 16-bit heat maps.
    sample : Path or None
        The table that the submission must match.
    threshold : float
        Where the colours of the pictures turn.
    unreadable : {"stop", "defect", "normal"}
        The answer for images that could not be read.
    """

    def __init__(
        self,
        submission: Path,
        scores: Path | None,
        heatmaps: Path | None,
        raw_heatmaps: Path | None,
        sample: Path | None,
        threshold: float,
        unreadable: str,
    ) -> None:
        self.submission, self.scores, self.sample = submission, scores, sample
        self.threshold, self.unreadable = threshold, unreadable
        self._folders = {"overlay": heatmaps, "raw": raw_heatmaps}
        self._rows: list[tuple[str, str, int, str, str]] = []
        self._unfamiliar = 0
        self._stack = ExitStack()
        self._open: dict[str, Path] = {}

    def __enter__(self) -> Self:
        files = [p for p in (self.submission, self.scores) if p is not None]
        folders = [p for p in self._folders.values() if p is not None]
        for place in files:
            require_writable(place)
        for folder in folders:
            require_empty(folder, "the heat maps")
        taken: set[Path] = set()
        for place in (*files, *folders):
            where = place.resolve()
            if self.sample is not None and where == self.sample.resolve():
                raise OutputError(f"{place} is the sample that the submission must match; give another name")
            if where in taken:
                raise OutputError(f"{place} is given twice; give every output its own place")
            taken.add(where)
        with ExitStack() as stack:  # what was made before an error goes away again
            for place in files:
                if place.is_file() or not place.exists():  # not a device
                    stack.enter_context(locked(lock_beside(place.resolve())))
            for name, path in self._folders.items():
                if path is not None:
                    self._open[name] = stack.enter_context(atomic_directory(path))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def keep(self) -> Keep | None:
        """The function that writes heat maps, or None where none are wanted."""
        return self._keep if self._open else None

    def _keep(self, name: str, pixels: NDArray[np.uint8], verdict: Verdict) -> None:
        # Only what is an image's extension is one: 'a.1' and 'a.2' are two images.
        file = f"{Path(name).stem if Path(name).suffix.lower() in EXTENSIONS else name}.png"
        if folder := self._open.get("overlay"):
            save_overlay(folder / file, pixels, verdict.heat, self.threshold)
        if folder := self._open.get("raw"):
            save_raw(folder / file, verdict.heat)

    def add(self, judged: Judged) -> None:
        """Take one row."""
        verdict = judged.verdict
        if verdict is None:
            self._rows.append((judged.name, "nan", int(self.unreadable == "defect"), "", judged.error))
            return
        self._unfamiliar += verdict.unfamiliar
        note = "unfamiliar texture" if verdict.unfamiliar else ""
        self._rows.append((judged.name, f"{verdict.score:.5f}", verdict.answer, str(verdict.kind), note))

    def finish(self) -> None:
        """Write the tables: both, or none where the submission is not valid or cannot be written."""
        with ExitStack() as stack:
            if self.scores:
                stream = stack.enter_context(atomic_file(self.scores))
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(SCORE_COLUMNS)
                writer.writerows(self._rows)
                stream.flush()  # a full disk shows before the submission is in place
            write_submission(
                self.submission, [row[0] for row in self._rows], [row[2] for row in self._rows], self.sample
            )

    def counts(self) -> dict[str, int]:
        """Count rows, defects, unreadable and unfamiliar images."""
        return {
            "rows": len(self._rows),
            "defects": sum(row[2] for row in self._rows),
            "unreadable": sum(row[1] == "nan" for row in self._rows),
            "unfamiliar": self._unfamiliar,
        }
