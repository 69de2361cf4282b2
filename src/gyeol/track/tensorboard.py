"""Curves for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from gyeol.detect.directory import CARD


class TensorBoardLogger:
    """Write event files, which TensorBoard shows while they grow.

    Parameters
    ----------
    folder : Path
        Of this run. A training that is taken up again goes on in the same one.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = SummaryWriter(str(folder), flush_secs=10)

    def settings(self, values: Mapping[str, Any]) -> None:
        """Keep settings as a table in Markdown."""
        rows = "\n".join(f"| {name} | {value} |" for name, value in values.items())
        self._writer.add_text("settings", f"| setting | value |\n| --- | --- |\n{rows}")

    def number(self, name: str, value: float, step: int) -> None:
        """Keep one value of a curve."""
        self._writer.add_scalar(name, value, step)

    def model(self, folder: Path) -> None:
        """Keep the model's card."""
        self._writer.add_text("card", (folder / CARD).read_text(encoding="utf-8"))

    def close(self, how: str) -> None:
        """Write what is left."""
        self._writer.close()
