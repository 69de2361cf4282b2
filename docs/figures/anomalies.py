"""A contact sheet of training crops: what the network sees, and what it is told about every cell."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol import read_dataset
from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.images import load_training_images

SIDE, GAP, COLUMNS = 150, 6, 6
ROWS = {
    "synthetic anomaly": Recipe(crops=COLUMNS, size=192, synthetic=1.0),
    "defect blended into another normal": Recipe(crops=COLUMNS, size=192, synthetic=0.0, composed=1.0),
    "defect as it is": Recipe(crops=COLUMNS, size=192, synthetic=0.0, real=1.0),
    "normal, some with a pasted piece": Recipe(crops=COLUMNS, size=192, synthetic=0.0),
}
RED, YELLOW = (213, 94, 0), (240, 200, 40)


def tile(
    pixels: NDArray[np.float32], taught: NDArray[np.float32], rough: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Draw one crop, with the outline of the cells taught as defect and of those of which some are."""
    grey = np.clip(128 + 42 * pixels, 0, 255).astype(np.uint8)
    picture = cv2.cvtColor(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2RGB)
    for cells, colour in ((rough, YELLOW), (taught, RED)):
        wide = cv2.resize(cells, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        lines, _ = cv2.findContours((wide > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(picture, lines, -1, colour, 2)
    return np.asarray(picture, np.uint8)


def draw(data: Path, path: Path) -> None:
    images = load_training_images(read_dataset(data), 1.0, 0, lambda *_: None)
    sampler = Sampler(images.normals, images.defects, 3, images.ways)
    words = 24
    sheet = np.full((len(ROWS) * (SIDE + GAP + words), COLUMNS * (SIDE + GAP) - GAP, 3), 255, np.uint8)
    for row, (name, recipe) in enumerate(ROWS.items()):
        batch = sampler.batch(6, recipe)
        top = row * (SIDE + GAP + words)
        cv2.putText(sheet, name, (2, top + 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)
        for column in range(COLUMNS):
            left = column * (SIDE + GAP)
            drawn = tile(
                batch.pixels[column, 0], batch.target[column] * batch.weight[column], batch.rough[column]
            )
            sheet[top + words : top + words + SIDE, left : left + SIDE] = drawn
    Image.fromarray(sheet).save(path, quality=82)
