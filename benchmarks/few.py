"""How accuracy changes with what there is to learn from: defects, normals, masks, pixels, kinds with known defects.

Demo sample; the same test for all rows of a seed. --scale full is for the curve over normals, judged by the first
2,000 test images. Writes benchmarks/few.json. About two hours for one seed.
"""

from __future__ import annotations

from pathlib import Path

from course import GYEOL_METHOD, begin, budget, gyeol_row, make_sample, parser
from hard import make
from variants import resized, subset, train_kinds

DEFECTS = (5, 10, 20, 30, 60, 120)
NORMALS = {"tiny": (20,), "demo": (250, 500, 1000, 1500), "full": (1000, 2000, 4000, 6790)}
JUDGED = 2000
"""Test images of the full sample."""
SIZES = (256, 512, 1024)
PARTS = ("defects", "normals", "masks", "unseen", "sizes")
UNSEEN = 3
"""Kinds whose defects are left out, one at a time."""


def main() -> None:
    made = parser(__doc__, "few.json", seeds=[5], minutes=5.0, epochs=0)
    made.add_argument("--scale", choices=list(NORMALS), default="demo", help="tiny is for trying this out")
    made.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    options = made.parse_args()
    results = begin(options)
    for seed in options.seeds:
        usual = options.work / f"{options.scale}-{seed}"
        many = options.work / f"{options.scale}-{seed}-{max(DEFECTS)}"
        make_sample(usual, options.scale, seed)
        wanted: list[tuple[str, str, dict[str, object]]] = []
        if "defects" in options.parts:
            make(many, usual, options.scale, max(DEFECTS), seed)
            wanted += [("few defects", f"{count} defects", {"defects": count}) for count in DEFECTS]
        if "normals" in options.parts:
            test = JUDGED if options.scale == "full" else None
            question = f"few normals, {options.scale}"
            wanted += [
                (question, f"{count:,} normals", {"normals": count, "test": test})
                for count in NORMALS[options.scale]
            ]
        if "masks" in options.parts:
            wanted += [("masks", "no masks", {"masks": False})]
        if "unseen" in options.parts:
            kinds = sorted(set(train_kinds(usual).values()))[:UNSEEN]
            wanted += [("unseen defects", f"none of {kind}", {"without": kind}) for kind in kinds]
        if "sizes" in options.parts:
            wanted += [("sizes of images", f"{side} pixels", {"side": side}) for side in SIZES]
        for question, what, part in wanted:
            method = f"{GYEOL_METHOD}, {what}"
            if not results.wants(question=question, method=method, seed=seed, **budget(options)):
                continue
            data = options.work / f"{usual.name}-{what.replace(' ', '-').replace(',', '')}"
            if "side" in part:
                resized(usual, data, **part)  # type: ignore[arg-type]
            else:
                subset(many if "defects" in part else usual, data, **part)  # type: ignore[arg-type]
            row = gyeol_row(question, data, seed, budget(options), Path(f"{data}-runs"), method, heat=False)
            if "without" in part:  # what was found of the kind whose defects were left out
                (left,) = (k for k in row["metrics"]["kinds"] if k["kind"] == part["without"])
                row["metrics"]["recall_of_unseen"] = round(1 - left["misses"] / left["defects"], 4)
            results.put(row)


if __name__ == "__main__":
    main()
