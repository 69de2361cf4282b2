"""Real images: magnetic tiles, learnt from thirty defects of five types and half of the normals.

Writes benchmarks/tiles.json. The images are not ours to pass on: --tiles names their folder (MT_Blowhole/Imgs
and so on, of github.com/abin24/Magnetic-tile-defect-datasets.). About 40 minutes for three seeds.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from course import begin, both_rows, parser
from gyeol.data.image import read_image
from gyeol.explore.duplicates import alike_groups
from gyeol.explore.signature import signature
from gyeol.files import atomic_directory
from record import ROOT

TYPES = ("MT_Blowhole", "MT_Break", "MT_Crack", "MT_Fray", "MT_Uneven")
FREE = "MT_Free"
EACH = 6
"""Defects of each type to learn from."""


def find(tiles: Path) -> list[tuple[str, Path]]:
    """List the type and file of every image."""
    missing = [name for name in (*TYPES, FREE) if not (tiles / name / "Imgs").is_dir()]
    if missing:
        sys.exit(
            f"no {tiles / missing[0] / 'Imgs'}: give the folder of the magnetic tiles with --tiles; "
            "they are at github.com/abin24/Magnetic-tile-defect-datasets."
        )
    names = (*TYPES, FREE)
    return [(name, path) for name in names for path in sorted((tiles / name / "Imgs").glob("*.jpg"))]


def group(images: list[tuple[str, Path]]) -> list[list[tuple[str, Path]]]:
    """Gather the pictures of each tile.

    A tile was photographed several times, in other light and under another number, so the pictures themselves are
    compared, as `gyeol explore` does; the type does not matter, for some tiles are in two of them.
    """
    signatures = np.stack([signature(read_image(path)) for _, path in images])
    together = alike_groups(signatures)
    alone = set(range(len(images))) - {place for places in together for place in places}
    return [
        [images[place] for place in places] for places in (*together, *([place] for place in sorted(alone)))
    ]


def split(
    groups: list[list[tuple[str, Path]]], seed: int
) -> tuple[list[tuple[str, Path]], list[tuple[str, Path]]]:
    """Split into training and test; all pictures of a tile lie on one side."""
    free = sum(name == FREE for members in groups for name, _ in members)
    room = dict.fromkeys(TYPES, EACH) | {FREE: free // 2}
    order = list(groups)
    random.Random(seed).shuffle(order)
    train: list[tuple[str, Path]] = []
    test: list[tuple[str, Path]] = []
    for members in order:
        left = {n: room[n] - sum(name == n for name, _ in members) for n in room}
        if min(left.values()) >= 0:
            train, room = train + members, left
        else:
            test += members
    return train, test


def lay_out(folder: Path, groups: list[list[tuple[str, Path]]], seed: int) -> None:
    """Make a competition folder of links."""
    if folder.exists():
        return
    train, test = split(groups, seed)
    with atomic_directory(folder) as root:
        for place in ("train/defect_images", "train/defect_masks", "train/normal_images", "test/images"):
            (root / place).mkdir(parents=True)
        (root / "key/masks").mkdir(parents=True)
        for name, path in train:
            _link(path, root / f"train/{'normal' if name == FREE else 'defect'}_images")
            mask = path.with_suffix(".png")
            if name != FREE and read_image(mask).any():  # some masks of the data set are black
                _link(mask, root / "train/defect_masks")
        for name, path in test:
            _link(path, root / "test/images")
            if name != FREE:
                _link(path.with_suffix(".png"), root / "key/masks")
        test.sort(key=lambda item: item[1].name)
        _table(root / "test/sample_submission.csv", "ImageId,answer", [(p.name, 0) for _, p in test])
        rows = [(path.name, int(name != FREE), name) for name, path in test]
        _table(root / "key/answers.csv", "ImageId,answer,kind", rows)


def _link(source: Path, folder: Path) -> None:
    (folder / source.name).symlink_to(source.resolve())


def _table(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    # Twenty epochs of some 300 images: as long as gyeol's six minutes.
    made = parser(__doc__, "tiles.json", minutes=6.0, epochs=20)
    made.add_argument("--tiles", type=Path, default=ROOT.parent / "shared/data/magnetic_tile")
    options = made.parse_args()
    groups = group(find(options.tiles))
    pictures = sum(map(len, groups))
    print(f"{pictures} pictures of {len(groups)} tiles", flush=True)
    results = begin(options)
    results.notes = {
        "pictures": pictures,
        "tiles": len(groups),
        "split": "all pictures of one tile, found by comparing them, lie on one side",
    }
    for seed in options.seeds:
        data = options.work / f"tiles-{seed}"
        make = partial(lay_out, data, groups, seed)
        both_rows(results, "magnetic tiles", data, seed, options, make)


if __name__ == "__main__":
    main()
