"""How accuracy changes with what there is to learn from: defects, normals, masks, and a kind whose defects are unknown.

Demo sample; the same test for all rows of a seed. Writes benchmarks/few.json. About two hours for one seed.
"""

from __future__ import annotations

from pathlib import Path

from course import GYEOL_METHOD, begin, budget, gyeol_row, make_sample, parser
from hard import make
from variants import subset, train_kinds

DEFECTS = (5, 10, 20, 30, 60, 120)
NORMALS = (250, 500, 1000, 1500)
UNSEEN = 3
"""Kinds whose defects are left out, one at a time."""


def main() -> None:
    made = parser(__doc__, "few.json", seeds=[5], minutes=5.0, epochs=0)
    made.add_argument("--scale", choices=["tiny", "demo"], default="demo", help="tiny is for trying this out")
    made.add_argument(
        "--parts",
        nargs="+",
        choices=["defects", "normals", "masks", "unseen"],
        default=["defects", "normals", "masks", "unseen"],
    )
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
            wanted += [("few normals", f"{count:,} normals", {"normals": count}) for count in NORMALS]
        if "masks" in options.parts:
            wanted += [("masks", "no masks", {"masks": False})]
        if "unseen" in options.parts:
            kinds = sorted(set(train_kinds(usual).values()))[:UNSEEN]
            wanted += [("unseen defects", f"none of {kind}", {"without": kind}) for kind in kinds]
        for question, what, part in wanted:
            method = f"{GYEOL_METHOD}, {what}"
            if not results.wants(question=question, method=method, seed=seed, **budget(options)):
                continue
            source = many if "defects" in part else usual
            data = options.work / f"{usual.name}-{what.replace(' ', '-').replace(',', '')}"
            subset(source, data, **part)  # type: ignore[arg-type]
            work = Path(f"{data}-runs")
            results.put(gyeol_row(question, data, seed, budget(options), work, method))


if __name__ == "__main__":
    main()
