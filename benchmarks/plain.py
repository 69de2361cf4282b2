"""Train the plain classifier on a data folder and judge its test, as a user would: one process.

python benchmarks/plain.py DATA -o scores.csv --epochs 3
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path

from gyeol.baselines.images import each
from gyeol.baselines.plain import PlainClassifier
from gyeol.data.competition import read_competition
from gyeol.data.prediction import submission_rows
from gyeol.files import atomic_file


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    dataset = read_competition(options.data)
    began = time.monotonic()
    classifier = PlainClassifier(
        epochs=options.epochs, size=options.size, seed=options.seed, minutes=options.minutes
    )
    classifier.fit(dataset, say=lambda line: print(line, file=sys.stderr, flush=True))
    trained = time.monotonic()
    rows = submission_rows(dataset.test, dataset.sample_submission)
    scores = [found.score for found in each((path for _, path in rows), classifier.score)]
    with atomic_file(options.output) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("ImageId", "answer", "score"))
        for (name, _), score in zip(rows, scores, strict=True):
            writer.writerow((name, int(score > 0), f"{score:.9g}"))
    seconds = time.monotonic() - trained
    print(
        json.dumps(
            {
                "train_s": trained - began,
                "predict_s": seconds,
                "predict_images_s": len(rows) / seconds,
                "steps": classifier.record_["steps"],
                "epochs": classifier.record_["epochs"],
            }
        )
    )


if __name__ == "__main__":
    main()
