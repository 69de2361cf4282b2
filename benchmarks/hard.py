"""Is the sample hard because there are thirty defects, or because nobody could see them?

The demo sample again, with the same normals and the same test, but 600 labelled defects: the same network
must then be nearly perfect. Compare with the rows of the same seeds in demo.json. Writes
benchmarks/hard.json. About an hour and a half for three seeds.
"""

from __future__ import annotations

import filecmp
import sys
from dataclasses import replace
from pathlib import Path

from course import GYEOL_METHOD, begin, budget, gyeol_row, make_sample, parser
from gyeol.data.sample import SCALES, generate


def make(folder: Path, usual: Path, scale: str, defects: int, seed: int) -> None:
    """Make the sample with more defects; the split's other parts do not depend on how many there are."""
    make_sample(usual, scale, seed)
    if not folder.exists():
        generate(folder, replace(SCALES[scale], defects=defects), seed)
    for part in ("key/answers.csv", "test/images/test_00001.png", "train/normal_images/normal_0001.png"):
        if not filecmp.cmp(folder / part, usual / part, shallow=False):
            sys.exit(f"{part} differs between {folder} and {usual}: they are not of one seed; remove one")


def main() -> None:
    made = parser(__doc__, "hard.json", minutes=20.0, epochs=0)
    made.add_argument("--scale", choices=["tiny", "demo", "full"], default="demo")
    made.add_argument("--defects", type=int, default=600)
    options = made.parse_args()
    results = begin(options)
    question, method = f"hard, {options.scale}", f"{GYEOL_METHOD}, {options.defects} defects"
    for seed in options.seeds:
        if not results.wants(question=question, method=method, seed=seed, **budget(options)):
            continue
        data = options.work / f"{options.scale}-{seed}-{options.defects}"
        make(data, options.work / f"{options.scale}-{seed}", options.scale, options.defects, seed)
        work = options.work / f"{data.name}-runs"
        results.put(gyeol_row(question, data, seed, budget(options), work, method))


if __name__ == "__main__":
    main()
