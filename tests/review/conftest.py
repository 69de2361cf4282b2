"""A small folder of images under review."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gyeol.review.database import Database
from gyeol.review.images import Score, add_images, save_scores


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty review database."""
    opened = Database(tmp_path / "review.db")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path, png: Callable[..., Path]) -> Path:
    """Make a folder of six images of 64x80 pixels."""
    rng = np.random.default_rng(0)
    for n in range(6):
        png(tmp_path / "images" / f"사진 {n}.png", rng.integers(60, 200, (64, 80), dtype=np.uint8))
    return tmp_path / "images"


@pytest.fixture
def numbers(database: Database, folder: Path) -> list[int]:
    """Put the folder under review, with scores 0 to 5 and two kinds; give the images' numbers."""
    ids = add_images(database, folder, sorted(folder.iterdir()))
    save_scores(database, "m", [(number, Score(float(n), n % 2)) for n, number in enumerate(ids)])
    return ids


def mask_png(*box: int, shape: tuple[int, int] = (64, 80)) -> bytes:
    """Draw a mask with one rectangle: top, left, bottom, right."""
    pixels = np.zeros(shape, np.uint8)
    top, left, bottom, right = box
    pixels[top:bottom, left:right] = 255
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def draw() -> Callable[..., bytes]:
    """Give the function that draws a mask."""
    return mask_png
