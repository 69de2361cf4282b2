"""The full sample (6,790 normals, 30 defects, 9,100 to judge), one seed a call. Writes benchmarks/full.json.

About an hour and a half on two cores.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from course import begin, both_rows, make_sample, parser


def main() -> None:
    made = parser(__doc__, "full.json", seeds=[1], minutes=40.0, epochs=2)
    made.add_argument(
        "--data", type=Path, help="a sample folder that is there already, of the one seed given"
    )
    options = made.parse_args()
    if options.data and len(options.seeds) != 1:
        sys.exit("--data is the sample of one seed; give one seed")
    if options.data and not (options.data / "key/answers.csv").is_file():
        sys.exit(f"{options.data}: no key/answers.csv in it; make it with: gyeol sample DIR --scale full")
    results = begin(options)
    for seed in options.seeds:
        data = (options.data or options.work / f"full-{seed}").resolve()
        both_rows(results, "full", data, seed, options, partial(make_sample, data, "full", seed))


if __name__ == "__main__":
    main()
