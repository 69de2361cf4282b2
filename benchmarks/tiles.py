"""Real images: magnetic tiles, learnt from thirty defects of five types and half of the normals.

Writes benchmarks/tiles.json. The images are not ours to pass on: --tiles names their folder (MT_Blowhole/Imgs and so
on, of github.com/abin24/Magnetic-tile-defect-datasets.). A tile was photographed several times, so there are three
ways to draw the thirty (--split):

pieces    whole tiles, all pictures of one on one side; the thirty show some twenty tiles
distinct  one picture of each type of a tile, so of 29 or 30 tiles; their other pictures are on neither side
pictures  picture by picture, as is usual in the literature; the other pictures of a tile may be in the test, a leak

A training takes 13 minutes where a step takes half a second.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path

from course import begin, both_rows, parser
from gyeol.data.convert import convert
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts import read_dataset
from gyeol.data.split import (
    DEFECTS,
    NORMALS_SHARE,
    draw_groups,
    near_units,
    picture_groups,
    split_dataset,
    with_test,
)
from gyeol.errors import GyeolError
from record import ROOT


def find(tiles: Path) -> Dataset:
    """List every image."""
    try:
        return read_dataset(tiles, "tiles")
    except GyeolError as error:
        sys.exit(f"{error}; name them with --tiles, from github.com/abin24/Magnetic-tile-defect-datasets.")


def lay_out(folder: Path, tiles: Dataset, seed: int, split: str) -> None:
    """Make a competition folder of links, as `gyeol convert TILES -o FOLDER --seed SEED --link` does for pieces."""
    if not folder.exists():
        convert(SPLITS[split](tiles, DEFECTS, NORMALS_SHARE, seed), folder, link=True)


def split_distinct(tiles: Dataset, defects: int, normals_share: float, seed: int) -> Dataset:
    """Draw from one picture of each type of every defective tile; a drawn tile's other pictures are on neither side."""
    groups = picture_groups(tiles.train)
    pieces: dict[int, list[LabelledImage]] = {}
    for unit, group in zip(near_units(groups), groups, strict=True):
        pieces.setdefault(unit, []).extend(group)
    chance = random.Random(seed)
    thinned = [thin(pictures, chance) for pictures in pieces.values()]
    learnt, _ = draw_groups(thinned, range(len(thinned)), defects, normals(tiles, normals_share), seed)
    rest = [each for pictures in pieces.values() if not {*pictures} & {*learnt} for each in pictures]
    return with_test(tiles, learnt, rest)


def thin(pictures: list[LabelledImage], chance: random.Random) -> list[LabelledImage]:
    """Keep one picture of each type of a defective tile, and all of a good one."""
    shown = {each.kind for each in pictures if each.defective}
    return [
        chance.choice([each for each in pictures if each.kind == kind]) for kind in sorted(shown)
    ] or pictures


def split_pictures(tiles: Dataset, defects: int, normals_share: float, seed: int) -> Dataset:
    """Draw picture by picture, whichever tile it shows."""
    groups = [[each] for each in tiles.train]
    return with_test(
        tiles, *draw_groups(groups, range(len(groups)), defects, normals(tiles, normals_share), seed)
    )


def normals(tiles: Dataset, share: float) -> int:
    """Count the normals to learn from."""
    return int(sum(not each.defective for each in tiles.train) * share)


SPLITS = {"pieces": split_dataset, "distinct": split_distinct, "pictures": split_pictures}
QUESTIONS = {
    "pieces": "magnetic tiles",
    "distinct": "magnetic tiles, thirty tiles",
    "pictures": "magnetic tiles, drawn picture by picture (a leak)",
}


def main() -> None:
    # Steps, not minutes: how good the model becomes depends much on them here (docs/decisions.md).
    made = parser(__doc__, "tiles.json", steps=1600, epochs=10)
    made.add_argument("--tiles", type=Path, default=ROOT.parent / "shared/data/magnetic_tile")
    made.add_argument("--split", choices=SPLITS, default="pieces", help="how the thirty are drawn, see above")
    options = made.parse_args()
    tiles = find(options.tiles)
    pictures, count = len(tiles.train), len(picture_groups(tiles.train))
    print(f"{pictures} pictures of {count} tiles", flush=True)
    results = begin(options)
    results.notes = {
        "pictures": pictures,
        "tiles": count,
        "split": "all pictures of one tile, found by comparing them, lie on one side, if no heading says otherwise",
    }
    for seed in options.seeds:
        data = options.work / f"tiles-{seed}{'' if options.split == 'pieces' else '-' + options.split}"
        make = partial(lay_out, data, tiles, seed, options.split)
        both_rows(results, QUESTIONS[options.split], data, seed, options, make)


if __name__ == "__main__":
    main()
