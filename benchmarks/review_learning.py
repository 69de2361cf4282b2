"""Is what to look at next worth following? Macro F1 against the number of reviewed images, in that order and at random.

A small sample and network, so that it takes minutes: 90 normals and 9 defects of three kinds to learn from, 180 images
to judge. Half of those may be reviewed, the other half is only scored. The reviewer is the key: he answers without a
mistake and draws every defect's mask. The model then goes on as `gyeol train --from` does. Both trainings are cut
short, else nothing is left to learn: with 300 steps the first model of seed 0 is right about every image. Writes
benchmarks/review_learning.json. About four minutes of processor time for two seeds.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course import begin, parser
from gyeol import Detector, read_dataset, read_image
from gyeol.data.sample import generate
from gyeol.data.sample.plan import Scale
from gyeol.detect.config import Config
from gyeol.detect.verdict import Verdict
from gyeol.metrics import auroc, best_threshold, macro_f1
from gyeol.review.answers import read_answers
from gyeol.review.closeup import closeup
from gyeol.review.database import Database
from gyeol.review.images import Score, add_images, save_scores
from gyeol.review.order import BATCH, what_next
from gyeol.review.verdicts import say, verdict_of
from record import Results, fingerprint, machine

SCALE = Scale(kinds=3, normals=90, defects=9, test=180, test_defects=45)
NETWORK = Config(crops=8, size=128, folds=2, widths=(16, 32, 48), blocks=(2, 1))
REVIEWED = (10, 20, 40)
ORDERS = {"next": "what to look at next", "random": "random order"}
QUESTION = "learning from review"


def main() -> None:
    made = parser(__doc__, "review_learning.json", seeds=[0, 1], steps=80)
    made.add_argument("--further", type=int, default=60, help="steps after a review")
    made.add_argument("--orders", nargs="+", choices=ORDERS, default=list(ORDERS), help="to try")
    options = made.parse_args()
    results = begin(options)
    torch.set_num_threads(1)
    for seed in options.seeds:
        wanted = [(order, count) for count in REVIEWED for order in options.orders]
        names = ["no review", *(name(order, count) for order, count in wanted)]
        todo = [each for each in names if results.wants(question=QUESTION, method=each, seed=seed)]
        if todo:
            Review(options, results, seed).run(wanted, todo)


def name(order: str, count: int) -> str:
    return f"{count} reviewed, {ORDERS[order]}"


class Review:
    """One seed: its sample, its first model, and what the model says of the test."""

    def __init__(self, options: argparse.Namespace, results: Results, seed: int) -> None:
        self.options, self.results, self.seed = options, results, seed
        self.data = options.work / f"review-{seed}"
        if not self.data.exists():
            generate(self.data, SCALE, seed)
        self.dataset = read_dataset(self.data)
        with (self.data / "key/answers.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        truth = {row["ImageId"]: int(row["answer"]) for row in rows}
        self.paths = list(self.dataset.test)
        self.truth = np.array([truth[path.name] for path in self.paths])
        half = np.random.default_rng([seed, 7]).permutation(len(self.paths))
        self.pool, self.rest = np.sort(half[: len(half) // 2]), np.sort(half[len(half) // 2 :])

    def run(self, wanted: list[tuple[str, int]], todo: list[str]) -> None:
        before, began = machine(), time.monotonic()
        self.model = self.options.work / f"review-{self.seed}-model"
        if not (self.model / "detector.json").exists():
            settings = {"steps": self.options.steps, "seed": self.seed}
            Detector(NETWORK, **settings).fit(self.dataset).save(self.model)
        first = Detector.load(self.model)
        if "no review" in todo:
            self.put("no review", first, before, began)
        scores = [self.score(first, path) for path in (self.paths[n] for n in self.pool)]
        for order, count in wanted:
            if name(order, count) in todo:
                before, began = machine(), time.monotonic()
                file = self.answer(order, count, scores, first.threshold_)
                further = Detector.load(self.model).partial_fit(
                    self.dataset, read_answers(file), steps=self.options.further
                )
                self.put(name(order, count), further, before, began)

    @staticmethod
    def score(detector: Detector, path: Path) -> Score:
        pixels = read_image(path)
        verdict: Verdict = detector.judge(pixels)
        return Score(verdict.score, verdict.kind, feature=closeup(pixels, verdict.heat))

    def answer(self, order: str, count: int, scores: list[Score], threshold: float) -> Path:
        """Have the key answer the first `count` images of an order; returns the review file."""
        file = self.options.work / f"review-{self.seed}-{order}.db"
        for old in file.parent.glob(f"{file.name}*"):
            old.unlink()
        database = Database(file)
        paths = [self.paths[n] for n in self.pool]
        numbers = add_images(database, paths[0].parent.resolve(), paths)
        save_scores(database, "first", zip(numbers, scores, strict=True))
        place = {number: int(n) for number, n in zip(numbers, self.pool, strict=True)}
        chance = [int(n) for n in np.random.default_rng([self.seed, 8]).permutation(numbers)]
        for done in range(0, count, BATCH):  # the list is made anew after each batch
            ahead = what_next(database, threshold) if order == "next" else chance[done:]
            for number in ahead[: min(BATCH, count - done)]:
                self.say(database, number, place[number])
        database.close()
        return file

    def say(self, database: Database, number: int, n: int) -> None:
        defective = bool(self.truth[n])
        mask = (self.data / "key/masks" / self.paths[n].name).read_bytes() if defective else None
        version = verdict_of(database, number).version
        say(database, number, version, "key", "defect" if defective else "normal", mask)

    def put(self, method: str, detector: Detector, before: dict[str, Any], began: float) -> None:
        wall = time.monotonic() - began
        scores = detector.score_samples(read_image(self.paths[n]) for n in self.rest)
        truth, answers = self.truth[self.rest], (scores > detector.threshold_).astype(int)
        estimate, told = detector.record_["estimate"], detector.record_.get("from", {})
        value = macro_f1(truth, answers)
        metrics = {
            "macro_f1": value,
            "best_macro_f1": best_threshold(truth, scores)[1],
            "auroc": auroc(truth, scores),
            "misses": int(((truth == 1) & (answers == 0)).sum()),
            "false_alarms": int(((truth == 0) & (answers == 1)).sum()),
            "estimate": estimate["macro_f1"],
            "estimate_interval": estimate["interval"],
            "estimate_gap": estimate["macro_f1"] - value,
            "reviewed_defects": told.get("defects", 0),
            "reviewed_normals": told.get("normals", 0),
        }
        row = {"question": QUESTION, "method": method, "seed": self.seed, "data": fingerprint(self.data)}
        seeds = " ".join(map(str, self.options.seeds))
        row["command"] = [f"benchmarks/review_learning.py --seeds {seeds}"]
        row |= {"machine": before, "wall_s": round(wall, 1)}
        rounded = {key: round(each, 5) if isinstance(each, float) else each for key, each in metrics.items()}
        self.results.put({**row, "metrics": rounded})


if __name__ == "__main__":
    main()
