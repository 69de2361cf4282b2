"""Draw the figures of the documentation into docs/images, from a short training on the smallest sample.

python docs/figures/make.py WORK [--steps 600]

WORK gets the sample (seed 0), the model and its scores, a stranger's set (seed 1), and what is there already is kept.
The training takes two minutes on one core with AMX, some ten without, the stranger's set as long.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import anomalies
import background
import folds
import heatmaps
import kinds
import network
import results
import threshold

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "images"


def run(target: Path, *words: str | Path) -> Path:
    """Call gyeol unless what it makes is there."""
    if not target.exists():
        subprocess.run(["gyeol", *map(str, words)], check=True)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    work: Path = given.work
    work.mkdir(parents=True, exist_ok=True)
    data = run(work / "data", "sample", work / "data", "--scale", "tiny")
    model = run(work / "model", "train", data, "-o", work / "model", "--steps", str(given.steps))
    scores = work / "scores.csv"
    run(scores, "predict", model, data, "-o", work / "submission.csv", "--scores", scores)
    clouds = work / "symposium"
    if not clouds.exists():
        generator = ROOT / "benchmarks/generators/symposium.py"
        subprocess.run([sys.executable, str(generator), str(clouds), "--seed", "1"], check=True)
    OUT.mkdir(exist_ok=True)
    network.draw(OUT / "network.svg")
    folds.draw(OUT / "folds.svg")
    results.draw(ROOT / "benchmarks", OUT / "results.svg")
    threshold.draw(model, OUT / "threshold.svg")
    anomalies.draw(data, OUT / "anomalies.jpg")
    background.draw(clouds, OUT / "background.jpg")
    kinds.draw(data, OUT / "kinds.svg")
    heatmaps.draw(model, data, scores, OUT / "heatmaps.jpg")


if __name__ == "__main__":
    main()
