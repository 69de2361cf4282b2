"""Test images and what the detector sees in them: found and missed defects, and the normals that score highest."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol import Detector, read_image
from gyeol.data.listing import by_stem, list_images
from gyeol.engine.overlay import overlay
from gyeol.metrics.answers import read_compared, stem

SIDE, GAP, WORDS, COLUMNS = 190, 6, 22, 5
TURQUOISE = (0, 190, 190)


def chosen(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> list[tuple[str, list[int]]]:
    """Choose the rows: the highest and the lowest defects, and the highest normals."""
    order = np.argsort(-scores, kind="stable")
    defects = [int(n) for n in order if truth[n]]
    normals = [int(n) for n in order if not truth[n]]
    return [
        ("defects with the highest scores", defects[:COLUMNS]),
        ("defects with the lowest scores", defects[-COLUMNS:]),
        ("normals with the highest scores", normals[:COLUMNS]),
    ]


def draw(model: Path, data: Path, scores: Path, path: Path) -> None:
    detector, compared = Detector.load(model), read_compared(scores, data / "key")
    masks, images = (by_stem(list_images(data / part)) for part in ("key/masks", "test/images"))
    rows = chosen(np.asarray(compared.scores), compared.truth)
    line = SIDE + WORDS + GAP
    sheet = np.full(
        (len(rows) * (2 * SIDE + 2 * WORDS + 3 * GAP), COLUMNS * (SIDE + GAP) - GAP, 3), 255, np.uint8
    )

    def say(words: str, left: int, base: int) -> None:
        cv2.putText(
            sheet, words, (left + 2, base), cv2.FONT_HERSHEY_SIMPLEX, 0.46, (30, 30, 30), 1, cv2.LINE_AA
        )

    for row, (title, numbers) in enumerate(rows):
        top = row * (2 * SIDE + 2 * WORDS + 3 * GAP)
        say(title, 0, top + 16)
        for column, number in enumerate(numbers):
            name = stem(compared.ids[number])
            pixels = read_image(images[name])
            verdict = detector.judge(pixels)
            seen = overlay(pixels, verdict.heat, detector.threshold_)
            if compared.truth[number]:
                outline = (read_image(masks[name]) > 127).astype(np.uint8)
                lines, _ = cv2.findContours(outline, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
                cv2.drawContours(seen, lines, -1, TURQUOISE, 4)
            left = column * (SIDE + GAP)
            for shift, picture in ((WORDS, np.repeat(pixels[..., None], 3, -1)), (WORDS + SIDE + GAP, seen)):
                small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
                sheet[top + shift : top + shift + SIDE, left : left + SIDE] = small
            say(
                f"{verdict.score:.1f}: {('normal', 'defect')[verdict.answer]}",
                left,
                top + line + SIDE + GAP + 10,
            )
    Image.fromarray(sheet).save(path, quality=82)
