"""gyeol beside all other detectors, on the demo sample, over seeds. Writes benchmarks/compare.json.

About forty-five minutes a seed on two cores. What an interrupted run has made is kept: the same command goes on.
"""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from course import GYEOL, begin, make_sample, parser
from record import Results, fingerprint, machine, measure

DETECTORS = [
    "gyeol",
    "plain-resnet18d",
    "rotated-leaky",
    "rotated",
    "patch-memory",
    "autoencoder",
    "filter-bank",
]
FIGURES = (
    "macro_f1",
    "interval",
    "best_macro_f1",
    "auroc",
    "average_precision",
    "misses",
    "false_alarms",
    "validation",
    "train_s",
    "images_s",
    "size_mib",
    "external_data",
)


def rows(results: Results, data: Path, seed: int, options: Namespace) -> None:
    """Make the rows of one sample: a call for each detector, so that each is written down as soon as it is there."""
    for name in options.detectors:
        question = f"{options.scale} sample, every detector"
        if not results.wants(question=question, method=name, seed=seed, minutes=options.minutes):
            continue
        make_sample(data, options.scale, seed)
        before, work = machine(), options.work / f"{data.name}-compare"
        command = [GYEOL, "compare", data, "-o", work, "--detectors", name, "--json"]
        command += ["--minutes", f"{options.minutes:g}", "--seed", str(seed)]
        if results.force:
            (work / name / "row.json").unlink(missing_ok=True)
        ran = measure(command, options.work / f"{data.name}-{name}.log")
        (found,) = json.loads(ran.stdout)["rows"]
        figures: dict[str, Any] = {figure: found[figure] for figure in FIGURES}
        results.put(
            {
                "question": question,
                "method": name,
                "title": found["title"],
                "seed": seed,
                "minutes": options.minutes,
                "data": fingerprint(data),
                "command": [
                    f"gyeol compare {data.name} -o {work.name} --detectors {name} "
                    f"--minutes {options.minutes:g} --seed {seed}"
                ],
                "machine": before,
                "wall_s": ran.wall_s,
                "peak_mib": found["peak_mib"],
                "metrics": {n: round(v, 5) if isinstance(v, float) else v for n, v in figures.items()},
            }
        )


def page(data: Path, seed: int, options: Namespace) -> None:
    """Have all rows of a sample drawn together: nothing is made again."""
    work = options.work / f"{data.name}-compare"
    if not all((work / name / "row.json").exists() for name in options.detectors):
        return  # the rows are of another machine
    command = [GYEOL, "compare", data, "-o", work, "--detectors", ",".join(options.detectors)]
    measure([*command, "--minutes", f"{options.minutes:g}", "--seed", str(seed)], work.with_suffix(".log"))
    print(work / "report.html")


def main() -> None:
    made = parser(__doc__, "compare.json", minutes=5.0, seeds=[0])
    made.add_argument("--scale", choices=["tiny", "demo"], default="demo", help="tiny is for trying this out")
    made.add_argument("--detectors", nargs="+", default=DETECTORS, help="those to run")
    options = made.parse_args()
    results = begin(options)
    for seed in options.seeds:
        data = options.work / f"{options.scale}-{seed}"
        rows(results, data, seed, options)
        page(data, seed, options)


if __name__ == "__main__":
    main()
