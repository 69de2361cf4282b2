"""Textures and defects that gyeol was not made with: three generators whose authors had seen nothing of gyeol.

python benchmarks/strangers.py --sets materials processes symposium --seeds 1

Writes benchmarks/strangers.json. The sample and the augmentations of this package have one author, so a high score on
the sample may only tell that they fit each other. Each generator (benchmarks/generators) has ten kinds of its own, of
one defect each: 1,000 normals and 30 defects with rough masks to learn from, 600 images to judge, 150 of them
defective. A training of 2,000 steps takes 15 minutes where one takes half a second.
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

from course import HERE, begin, both_rows, parser
from record import measure

SETS = ("materials", "processes", "symposium")


def lay_out(folder: Path, name: str, seed: int) -> None:
    """Make a folder, if it is not there; a generator that was stopped leaves none."""
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        command = [sys.executable, HERE / f"generators/{name}.py", part, "--seed", str(seed)]
        measure(command, folder.with_name(f"{folder.name}.log"))
        part.rename(folder)


def main() -> None:
    made = parser(__doc__, "strangers.json", seeds=[1], steps=2000, epochs=0)
    made.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    options = made.parse_args()
    results = begin(options)
    for name in options.sets:
        for seed in options.seeds:
            data = options.work / f"{name}-{seed}"
            both_rows(results, name, data, seed, options, partial(lay_out, data, name, seed))


if __name__ == "__main__":
    main()
