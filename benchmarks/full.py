"""The full sample (6,790 normals, 30 defects, 9,100 to judge), one seed a call. Writes benchmarks/full.json.

About an hour and a half on two cores. With --widths it is the row of a narrower or wider network, instead.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from course import GYEOL_METHOD, begin, both_rows, budget, gyeol_row, make_sample, parser


def main() -> None:
    made = parser(__doc__, "full.json", seeds=[1], minutes=40.0, epochs=2)
    made.add_argument(
        "--data", type=Path, help="a sample folder that is there already, of the one seed given"
    )
    made.add_argument(
        "--widths", type=int, nargs=3, metavar="CHANNELS", help="channels at output strides 2, 4 and 8"
    )
    options = made.parse_args()
    if options.data and len(options.seeds) != 1:
        sys.exit("--data is the sample of one seed; give one seed")
    if options.data and not (options.data / "key/answers.csv").is_file():
        sys.exit(f"{options.data}: no key/answers.csv in it; make it with: gyeol sample DIR --scale full")
    results = begin(options)
    for seed in options.seeds:
        data = (options.data or options.work / f"full-{seed}").resolve()
        make = partial(make_sample, data, "full", seed)
        if options.widths is None:
            both_rows(results, "full", data, seed, options, make)
            continue
        method, given = f"{GYEOL_METHOD}, widths {', '.join(map(str, options.widths))}", budget(options)
        if results.wants(question="full", method=method, seed=seed, **given):
            make()
            work = options.work / f"{data.name}-runs" / f"gyeol-{seed}-{'-'.join(map(str, options.widths))}"
            settings = ("--set", f"widths={options.widths}")
            results.put(gyeol_row("full", data, seed, given, work, method, settings=settings))


if __name__ == "__main__":
    main()
