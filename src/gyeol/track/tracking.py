"""What is told of a training, whoever keeps it: one logger a file beside this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from gyeol.detect.trainer import Progress
from gyeol.errors import first_line

EVERY = 20
"""Steps between two losses that are told, as in the report."""


class Logger(Protocol):
    """Keeps numbers over time somewhere. Any method may raise; see :class:`Tracking`."""

    def settings(self, values: Mapping[str, Any]) -> None:
        """Keep what the training was told."""

    def number(self, name: str, value: float, step: int) -> None:
        """Keep one value of a curve."""

    def model(self, folder: Path) -> None:
        """Keep the finished model, or what a person reads of it."""

    def close(self, how: str) -> None:
        """End: `how` is "finished", "stopped" (by the user) or "failed"."""


class Tracking:
    """Tell loggers of a training, as a context around it.

    A logger that fails is told no more, which is said: a training of an hour must not die of its log.

    Parameters
    ----------
    loggers : dict of str to Logger
        By what the user called them.
    say : callable
        Told in words which logger failed.
    """

    def __init__(self, loggers: dict[str, Logger], say: Callable[[str], None]) -> None:
        self.loggers, self.say = dict(loggers), say

    def step(self, now: Progress) -> None:
        """Tell of a step of the training loop: now and then its loss, and every validation."""
        if now.step % EVERY == 0 or now.step == now.steps:
            self.numbers(
                {f"loss/{now.phase}": now.loss, "images_per_second": now.crops_per_second}, now.taken
            )
        if now.validation is not None:
            self.numbers({f"validation/{now.phase}": now.validation}, now.taken)

    def numbers(self, values: Mapping[str, float], step: int) -> None:
        """Tell values at a step."""
        for name, value in values.items():
            self._tell(lambda logger, name=name, value=value: logger.number(name, value, step))  # type: ignore[misc]

    def settings(self, values: Mapping[str, Any]) -> None:
        """Tell what the training was told."""
        self._tell(lambda logger: logger.settings(values))

    def model(self, folder: Path, threshold: float, record: Mapping[str, Any]) -> None:
        """Tell of the finished model: what is to be expected of it, and its folder."""
        told = record["estimate"]
        low, high = told["interval"]
        figures = {
            "macro_f1": told["macro_f1"],
            "macro_f1_low": low,
            "macro_f1_high": high,
            "threshold": threshold,
        }
        self.numbers(
            {f"estimate/{name}": float(value) for name, value in figures.items()}, int(record["steps"])
        )
        self._tell(lambda logger: logger.model(folder))

    def _tell(self, what: Callable[[Logger], None]) -> None:
        for name, logger in list(self.loggers.items()):
            try:
                what(logger)
            except Exception as error:  # of any kind: they come from somebody else's client and network
                del self.loggers[name]
                self.say(f"no more is logged to {name}: {first_line(error)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        how = "finished" if kind is None else "stopped" if issubclass(kind, KeyboardInterrupt) else "failed"
        self._tell(lambda logger: logger.close(how))
