"""Real images: magnetic tiles, learnt from thirty defects of five types and half of the normals.

Writes benchmarks/tiles.json. The thirty are pictures, of some twenty tiles; with --distinct they are of thirty tiles
(question "magnetic tiles, thirty tiles"). The images are not ours to pass on: --tiles names their folder
(MT_Blowhole/Imgs and so on, of github.com/abin24/Magnetic-tile-defect-datasets.). A training takes 13 minutes where a
step takes half a second.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from course import begin, both_rows, parser
from gyeol.data.convert import convert
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts import read_dataset
from gyeol.data.split import DEFECTS, NORMALS_SHARE, near_units, picture_groups, split_dataset
from gyeol.errors import GyeolError
from record import ROOT


def find(tiles: Path) -> Dataset:
    """List every image."""
    try:
        return read_dataset(tiles, "tiles")
    except GyeolError as error:
        sys.exit(f"{error}; name them with --tiles, from github.com/abin24/Magnetic-tile-defect-datasets.")


def lay_out(folder: Path, tiles: Dataset, seed: int, distinct: bool) -> None:
    """Make a competition folder of links, as `gyeol convert TILES -o FOLDER --seed SEED --link` does."""
    if not folder.exists():
        split = split_distinct if distinct else split_dataset
        convert(split(tiles, DEFECTS, NORMALS_SHARE, seed), folder, link=True)


def split_distinct(tiles: Dataset, defects: int, normals_share: float, seed: int) -> Dataset:
    """Draw one picture of each of so many defective tiles a type; other pictures of these are on neither side."""
    groups = picture_groups(tiles.train)
    pieces: dict[int, list[LabelledImage]] = {}
    for unit, group in zip(near_units(groups), groups, strict=True):
        pieces.setdefault(unit, []).extend(group)
    chance, order = random.Random(seed), list(pieces)
    chance.shuffle(order)
    room = dict.fromkeys({each.kind for each in tiles.train if each.defective}, defects)
    normals = int(sum(not each.defective for each in tiles.train) * normals_share)
    learnt: list[LabelledImage] = []
    rest: list[LabelledImage] = []
    for piece in order:
        pictures = pieces[piece]
        if wanted := [each for each in pictures if each.defective and room[each.kind] > 0]:
            one = chance.choice(wanted)
            room[one.kind] -= 1
            learnt.append(one)
        elif not any(each.defective for each in pictures) and len(pictures) <= normals:
            normals -= len(pictures)
            learnt += pictures
        else:
            rest += pictures
    learnt.sort(key=lambda each: (not each.defective, each.path))
    rest.sort(key=lambda each: each.path)
    return replace(
        tiles, train=tuple(learnt), test=tuple(each.path for each in rest), key=tuple(rest), split=True
    )


def main() -> None:
    # Steps, not minutes: how good the model becomes depends much on them here (docs/decisions.md).
    made = parser(__doc__, "tiles.json", steps=1600, epochs=10)
    made.add_argument("--tiles", type=Path, default=ROOT.parent / "shared/data/magnetic_tile")
    made.add_argument("--distinct", action="store_true", help="thirty defects of thirty tiles")
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
        data = options.work / f"tiles-{seed}{'-distinct' if options.distinct else ''}"
        make = partial(lay_out, data, tiles, seed, options.distinct)
        question = "magnetic tiles, thirty tiles" if options.distinct else "magnetic tiles"
        both_rows(results, question, data, seed, options, make)


if __name__ == "__main__":
    main()
