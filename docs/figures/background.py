"""A defect among clouds that all pictures of its kind show, and without them."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol import read_dataset, read_image
from gyeol.detect.background import make_backgrounds
from gyeol.detect.images import load_training_images
from gyeol.kinds import describe

SIDE, GAP, WORDS = 300, 8, 26
KIND, ROWS = "clouds", 2
SOFT = 8.0
"""Deviation in pixels of the blur that all pictures are drawn with: what hides a stain is coarse."""
TURQUOISE = (0, 170, 160)


def tile(grey: NDArray[np.float32], spread: float, outline: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """Draw grey values around 0, with the defect's outline."""
    smooth = cv2.GaussianBlur(grey, (0, 0), SOFT)
    drawn = np.clip(128 + 110 * (smooth - smooth.mean()) / spread, 0, 255).astype(np.uint8)
    picture = cv2.cvtColor(cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2RGB)
    if outline is not None:
        lines, _ = cv2.findContours(outline, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        lines = [np.rint(line * SIDE / outline.shape[0]).astype(np.int32) for line in lines]
        cv2.drawContours(picture, lines, -1, TURQUOISE, 2)
    return np.asarray(picture, np.uint8)


def draw(data: Path, path: Path) -> None:
    """Draw the largest test defects of a kind of `data`, which has a key."""
    images = load_training_images(read_dataset(data), 1.0, 0, lambda *_: None)
    backgrounds = make_backgrounds(images.normals, images.kinds.count)
    with (data / "key/answers.csv").open(encoding="utf-8") as file:
        names = [
            each["ImageId"] for each in csv.DictReader(file) if each["answer"] == "1" and each["kind"] == KIND
        ]
    masks = {name: read_image(data / "key/masks" / name) for name in names}
    titles = ("as it is", "what the kind's normals have in common", "what is left")
    sheet = np.full((ROWS * (SIDE + GAP) + WORDS, 3 * (SIDE + GAP) - GAP, 3), 255, np.uint8)
    for column, title in enumerate(titles):
        place = (column * (SIDE + GAP) + 2, 18)
        cv2.putText(sheet, title, place, cv2.FONT_HERSHEY_SIMPLEX, 0.46, (30, 30, 30), 1, cv2.LINE_AA)
    for row, name in enumerate(sorted(masks, key=lambda each: -int(np.count_nonzero(masks[each])))[:ROWS]):
        pixels, outline = read_image(data / "test/images" / name), masks[name]
        backdrop = backgrounds.of(int(images.kinds.assign(describe(pixels)[None])[0]), pixels.shape)
        if backdrop is None:
            raise SystemExit(f"{name}: its kind has no background")
        grey = pixels.astype(np.float32)
        spread = 2.5 * float(cv2.GaussianBlur(grey, (0, 0), SOFT).std())
        rest = backdrop.taken_off(pixels, backdrop.share(pixels))
        parts = ((grey, outline), (backdrop.field, None), (rest, outline))
        for column, (part, shape) in enumerate(parts):
            top, left = WORDS + row * (SIDE + GAP), column * (SIDE + GAP)
            sheet[top : top + SIDE, left : left + SIDE] = tile(part, spread, shape)
    Image.fromarray(sheet).save(path, quality=82)
