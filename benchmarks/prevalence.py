"""Macro F1 where other shares of the images are defective, with the threshold as it is and with --prevalence.

From runs that are there (of benchmarks/full.py or tiles.py): the shares of missed defects and of false alarms are
measured on their test, and weighed by how many defects there would be. `--prevalence` changes only the threshold of a
model; it is chosen here from the scores that training kept. Writes benchmarks/prevalence.json.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course import GYEOL_METHOD, begin, parser
from gyeol.detect.threshold import choose_threshold, expected_macro_f1
from record import fingerprint, machine
from variants import read_key

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)

Scores = NDArray[np.float64]


def read_scores(run: Path, data: Path) -> tuple[Scores, Scores]:
    """Give the scores of the test's normals and of its defects."""
    key = read_key(data)
    found: tuple[list[float], list[float]] = ([], [])
    with (run / "scores.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[int(key[row["ImageId"]]["answer"])].append(float(row["score"]))
    return np.array(found[0]), np.array(found[1])


def main() -> None:
    made = parser(__doc__, "prevalence.json")
    made.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders beside which NAME-runs lies"
    )
    options = made.parse_args()
    results = begin(options)
    for data in options.data:
        runs = data.with_name(f"{data.name}-runs")
        found = sorted(runs.glob("gyeol-*"))
        if len(found) != 1:
            sys.exit(
                f"{runs}: one run of gyeol is needed, not {len(found)}; make it with benchmarks/full.py or tiles.py"
            )
        run = found[0]
        seed = int(run.name.removeprefix("gyeol-"))
        record = json.loads((run / "model/detector.json").read_text(encoding="utf-8"))
        held, threshold = record["record"], float(record["threshold"])
        kept = np.array([row["score"] for row in held["defect_scores"]])
        normals, defects = read_scores(run, data)
        for share in SHARES:
            before, began = machine(), time.monotonic()
            told = choose_threshold(np.array(held["normal_scores"]), kept, share).threshold
            for name, at in (("threshold as it is", threshold), ("--prevalence", told)):
                missed, alarms = (defects <= at).mean(), (normals > at).mean()
                results.put(
                    {
                        "question": f"share of defective images, {data.name.rsplit('-', 1)[0]}",
                        "method": f"{GYEOL_METHOD}, {name}, {share:.0%}",
                        "seed": seed,
                        "data": fingerprint(data),
                        "command": [f"benchmarks/prevalence.py --data {data.name}"],
                        "machine": before,
                        "wall_s": round(time.monotonic() - began, 1),
                        "metrics": {
                            "macro_f1": round(float(expected_macro_f1(missed, alarms, share)), 5),
                            "best_macro_f1": round(best(normals, defects, share), 5),
                            "misses": int((defects <= at).sum()),
                            "false_alarms": int((normals > at).sum()),
                            "images": len(normals) + len(defects),
                        },
                    }
                )


def best(normals: Scores, defects: Scores, share: float) -> float:
    """Give the Macro F1 of the best threshold there is, had one known the test."""
    grid = np.unique(np.concatenate([normals, defects]))
    missed = np.searchsorted(np.sort(defects), grid, side="right") / len(defects)
    alarms = 1 - np.searchsorted(np.sort(normals), grid, side="right") / len(normals)
    return float(expected_macro_f1(missed, alarms, share).max())


if __name__ == "__main__":
    main()
