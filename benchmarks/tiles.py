"""Real images: magnetic tiles, learnt from thirty defects of five types and half of the normals.

Writes benchmarks/tiles.json. The images are not ours to pass on: --tiles names their folder (MT_Blowhole/Imgs
and so on, of github.com/abin24/Magnetic-tile-defect-datasets.). A training takes 13 minutes where a step takes half
a second.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from course import begin, both_rows, parser
from gyeol.data.convert import convert
from gyeol.data.dataset import Dataset
from gyeol.data.layouts import read_dataset
from gyeol.data.split import DEFECTS, NORMALS_SHARE, picture_groups, split_dataset
from gyeol.errors import GyeolError
from record import ROOT


def find(tiles: Path) -> Dataset:
    """List every image."""
    try:
        return read_dataset(tiles, "tiles")
    except GyeolError as error:
        sys.exit(f"{error}; name them with --tiles, from github.com/abin24/Magnetic-tile-defect-datasets.")


def lay_out(folder: Path, tiles: Dataset, seed: int) -> None:
    """Make a competition folder of links, as `gyeol convert TILES -o FOLDER --seed SEED --link` does."""
    if not folder.exists():
        convert(split_dataset(tiles, DEFECTS, NORMALS_SHARE, seed), folder, link=True)


def main() -> None:
    # Steps, not minutes: how good the model becomes depends much on them here (docs/decisions.md).
    made = parser(__doc__, "tiles.json", steps=1600, epochs=10)
    made.add_argument("--tiles", type=Path, default=ROOT.parent / "shared/data/magnetic_tile")
    options = made.parse_args()
    tiles = find(options.tiles)
    pictures, count = len(tiles.train), len(picture_groups(tiles.train))
    print(f"{pictures} pictures of {count} tiles", flush=True)
    results = begin(options)
    results.notes = {
        "pictures": pictures,
        "tiles": count,
        "split": "all pictures of one tile, found by comparing them, lie on one side",
    }
    for seed in options.seeds:
        data = options.work / f"tiles-{seed}"
        make = partial(lay_out, data, tiles, seed)
        both_rows(results, "magnetic tiles", data, seed, options, make)


if __name__ == "__main__":
    main()
