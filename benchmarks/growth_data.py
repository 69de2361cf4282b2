"""Cut a data folder of any size out of the sample's textures: python growth_data.py FOLDER KINDS NORMALS SIDE.

The sample has ten kinds a seed; more kinds come from more seeds. Pieces are cut from some 120 pictures at random
places. Beyond 7,000 normals the files are links to those. Larger sides than the sample's 512 are mirrored.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gyeol.data.sample.kinds import draw_kinds, draw_sample
from gyeol.data.sample.plan import DEFECTS_SPLIT, NORMALS_SPLIT
from gyeol.files import atomic_directory

PICTURES = 120
DISTINCT = 7_000
DEFECTS = 30
SAMPLE_SIDE = 512


def widened(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Mirror a picture at its border until it is `side` wide."""
    while image.shape[0] < side:
        image = np.pad(image, ((0, image.shape[0]), (0, image.shape[1])), mode="symmetric")
    return image


def save(path: Path, pixels: NDArray[np.uint8]) -> None:
    Image.fromarray(pixels).save(path, "PNG", compress_level=1)


def main() -> None:
    target, (count, normals, side) = Path(sys.argv[1]), map(int, sys.argv[2:])
    kinds = [(seed, kind) for seed in range(-(-count // 10)) for kind in draw_kinds(seed)][:count]
    rng = np.random.default_rng(0)
    with atomic_directory(target) as folder:
        for part in ("defect_images", "defect_masks", "normal_images"):
            (folder / "train" / part).mkdir(parents=True)
        for number in range(DEFECTS):
            made = draw_sample(*kinds[number % count], DEFECTS_SPLIT, number, True)
            assert made.weak is not None  # noqa: S101 (a defect has a mask)
            rows, columns = np.nonzero(made.weak)
            pixels, mask = widened(made.pixels, side), widened(made.weak.astype(np.uint8) * 255, side)
            spots = (int(places.mean()) - side // 2 for places in (rows, columns))
            top, left = (min(max(0, spot), pixels.shape[0] - side) for spot in spots)
            window = (slice(top, top + side), slice(left, left + side))
            save(folder / f"train/defect_images/d{number:04d}.png", pixels[window])
            save(folder / f"train/defect_masks/d{number:04d}.png", mask[window])
        distinct, place = min(normals, DISTINCT), folder / "train/normal_images"
        pictures = min(distinct, max(PICTURES, 3 * count))
        for number in range(pictures):
            whole = widened(draw_sample(*kinds[number % count], NORMALS_SPLIT, number, False).pixels, side)
            for piece in range(number, distinct, pictures):
                top, left = rng.integers(0, whole.shape[0] - side + 1, 2)
                save(place / f"n{piece:06d}.png", whole[top : top + side, left : left + side])
        for piece in range(distinct, normals):
            (place / f"n{piece:06d}.png").hardlink_to(place / f"n{piece % distinct:06d}.png")


if __name__ == "__main__":
    main()
