"""The demo sample, end to end, over seeds: gyeol and the plain classifier. Writes benchmarks/demo.json.

About forty minutes for three seeds on two cores.
"""

from __future__ import annotations

from functools import partial

from course import begin, both_rows, make_sample, parser


def main() -> None:
    # The minutes that `make demo` has; the classifier takes about as long.
    made = parser(__doc__, "demo.json", minutes=6.0, epochs=4)
    made.add_argument("--scale", choices=["tiny", "demo"], default="demo", help="tiny is for trying this out")
    options = made.parse_args()
    results = begin(options)
    for seed in options.seeds:
        data = options.work / f"{options.scale}-{seed}"
        make = partial(make_sample, data, options.scale, seed)
        both_rows(results, options.scale, data, seed, options, make)


if __name__ == "__main__":
    main()
