"""Every miss and every false alarm as a picture, kind by kind: what to look at before changing anything."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gyeol.files import atomic_directory, require_empty
from gyeol.report.tiles import MARK, fitted

__all__ = ["COLUMNS", "MARK", "ROWS", "TILE", "Mistake", "draw_sheet", "write_mistakes"]

TILE = 256
"""Side in pixels of the square that an image is fitted into."""
CAPTION = 40
GAP = 12
COLUMNS = 3
ROWS = 6
BACKGROUND, INK = (24, 24, 27), (228, 228, 231)


@dataclass(frozen=True)
class Mistake:
    """One image that was answered wrongly.

    Parameters
    ----------
    name : str
        Its id.
    kind : str
        Its kind of texture, by the key where that tells, else the number that the detector gave it.
    truth : int
        1 is defective, 0 is normal; the answer was the other.
    score : float
        Calibrated.
    pixels : (H, W) uint8
    coloured : (H, W, 3) uint8
        The image with its heat map.
    mask : (H, W) bool or None
        Where the defect is, if that is known.
    """

    name: str
    kind: str
    truth: int
    score: float
    pixels: NDArray[np.uint8]
    coloured: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None

    @property
    def what(self) -> str:
        """Name the mistake."""
        return "miss" if self.truth else "false alarm"


def write_mistakes(folder: Path, mistakes: Iterable[Mistake], threshold: float) -> list[Path]:
    """Write one sheet or more for every kind, and a table of all mistakes.

    Parameters
    ----------
    folder : Path
        Must not exist or be empty; it is made whole or not at all.
    mistakes : iterable of Mistake
    threshold : float
        Written beside the scores.

    Returns
    -------
    list of Path
        The sheets, misses before false alarms and the gravest first.

    Raises
    ------
    OutputError
        If the folder holds something or cannot be made.
    """
    require_empty(folder, "the pictures")
    by_kind: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_kind.setdefault(mistake.kind, []).append(mistake)
    sheets: list[str] = []
    with (
        atomic_directory(folder) as root,
        (root / "errors.csv").open("w", encoding="utf-8", newline="") as stream,
    ):
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(("ImageId", "error", "kind", "score", "threshold", "sheet"))
        for kind in sorted(by_kind):
            ordered = sorted(by_kind[kind], key=_gravity)
            for first in range(0, len(ordered), COLUMNS * ROWS):
                name = f"kind_{_file_name(kind)}_{first // (COLUMNS * ROWS) + 1}.png"
                part = ordered[first : first + COLUMNS * ROWS]
                draw_sheet(part, threshold).save(root / name)
                sheets.append(name)
                for each in part:
                    table.writerow(
                        (each.name, each.what, kind, f"{each.score:.5f}", f"{threshold:.5f}", name)
                    )
    return [folder / name for name in sheets]


def _gravity(mistake: Mistake) -> tuple[int, float]:
    return (0, mistake.score) if mistake.truth else (1, -mistake.score)


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.-]+", "_", text) or "unnamed"


def draw_sheet(mistakes: list[Mistake], threshold: float) -> Image.Image:
    """Lay mistakes out in a grid: each image, beside it the same with its heat map and the true defect's outline."""
    width, height = 2 * TILE + GAP, TILE + CAPTION + GAP
    columns = min(COLUMNS, len(mistakes))
    rows = -(-len(mistakes) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * height + GAP), BACKGROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for place, mistake in enumerate(mistakes):
        left, top = GAP + place % columns * (width + GAP), GAP + place // columns * height
        grey = np.repeat(mistake.pixels[..., None], 3, axis=2)
        sheet.paste(_tile(grey), (left, top))
        sheet.paste(_tile(mistake.coloured, mistake.mask), (left + TILE + GAP // 2, top))
        draw.text((left, top + TILE + 2), _shortened(mistake.name, font, width), INK, font)
        told = f"{mistake.what}, score {mistake.score:.2f} (threshold {threshold:.2f})"
        draw.text((left, top + TILE + 20), told, INK, font)
    return sheet


def _tile(colours: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None) -> Image.Image:
    """Put (H, W, 3) into the middle of a square tile."""
    small = fitted(colours, TILE, mask)
    tile = Image.new("RGB", (TILE, TILE), BACKGROUND)
    tile.paste(small, ((TILE - small.width) // 2, (TILE - small.height) // 2))
    return tile


def _shortened(name: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    shown = name
    while font.getlength(shown) > width and len(shown) > 4:
        shown = shown[: len(shown) // 2 - 1] + "…" + shown[len(shown) // 2 + 2 :]
    return shown
