"""How cost grows with the number of normals, their size, the kinds of texture, and the images to judge.

Each training takes a few steps only: what a step costs is measured, not what is learnt. Processor time of one thread
and memory, so that other work on the machine is felt little. Writes benchmarks/growth.json. About twenty minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from course import GYEOL, HERE, begin, parser
from record import Results, machine, measure

STEPS = 20
NORMALS = ((1_000, 3.0), (7_000, 3.0), (7_000, 0.02), (50_000, 0.02), (50_000, 3.0))
"""Normals of 64x64, and the room for them in GiB: 0.02 GiB hold 5,243 of them, as 3 GiB hold 12,288 of 512x512."""
SIDES = (256, 512, 1024)
KINDS = (10, 30, 100)
COUNTS = (1_000, 10_000, 100_000)


class Growth:
    """The rows, and where the folders are."""

    def __init__(self, options: argparse.Namespace, results: Results) -> None:
        self.work, self.results = options.work / "growth", results

    def data(self, kinds: int, normals: int, side: int) -> Path:
        """Make a folder where it is not there."""
        folder = self.work / f"{kinds}-kinds-{normals}-of-{side}"
        if not folder.exists():
            words = [sys.executable, HERE / "growth_data.py", folder, str(kinds), str(normals), str(side)]
            measure(words, self.work / "data.log")
        return folder

    def train(self, question: str, method: str, data: tuple[int, int, int], memory: float = 3.0) -> None:
        """Train a few steps on a folder; the model stays beside it."""
        model = self.model(*data)
        if model.exists() and not self.results.wants(question=question, method=method, seed=0, steps=STEPS):
            return
        folder, before = self.data(*data), machine()
        ran = measure(
            [sys.executable, HERE / "growth_train.py", folder, model, str(STEPS), str(memory)],
            self.work / "train.log",
        )
        self.put(
            question,
            method,
            f"python benchmarks/growth_train.py {folder.name} model {STEPS} {memory}",
            before,
            ran,
            json.loads(ran.stdout),
            STEPS,
        )

    def model(self, kinds: int, normals: int, side: int) -> Path:
        return self.work / f"model-{kinds}-{normals}-{side}"

    def predict(self, question: str, method: str, data: tuple[int, int, int], count: int) -> None:
        """Judge `count` images, which are links to the normals of a folder, with the model learnt from it."""
        if not self.results.wants(question=question, method=method, seed=0):
            return
        folder = self.data(*data)
        model = self.work / f"{self.model(*data).name}.onnx"
        if not model.exists():
            words = [GYEOL, "export", self.model(*data), folder, "-o", model, "--precision", "bf16"]
            measure(words, self.work / "export.log")
        images = self.work / f"stream-{count}-of-{data[2]}"
        images.mkdir(exist_ok=True)
        files = sorted((folder / "train/normal_images").iterdir())
        for number in range(sum(1 for _ in images.iterdir()), count):
            (images / f"{number:06d}.png").symlink_to(files[number % len(files)])
        before = machine()
        words = [GYEOL, "predict", model, images, "-o", self.work / "answers.csv", "--scores"]
        ran = measure([*words, self.work / "scores.csv"], self.work / "predict.log")
        # The part that starting takes is the same for any number of images.
        found = {"images": count, "side": data[2], "image_cpu_ms": round(ran.cpu_s / count * 1e3, 2)}
        command = "gyeol predict model.onnx images -o answers.csv --scores scores.csv"
        self.put(question, method, command, before, ran, found)

    def put(
        self,
        question: str,
        method: str,
        command: str,
        before: dict[str, Any],
        ran: Any,
        found: dict[str, Any],
        steps: int | None = None,
    ) -> None:
        self.results.put(
            {
                "question": question,
                "method": method,
                "seed": 0,
                "steps": steps,
                "command": [command],
                "machine": before,
                "wall_s": ran.wall_s,
                "peak_mib": ran.peak_mib,
                "metrics": {**found, "peak_mib": ran.peak_mib, "cpu_s": ran.cpu_s, "wall_s": ran.wall_s},
            }
        )


def main() -> None:
    made = parser(__doc__, "growth.json", seeds=[0])
    made.add_argument("--parts", nargs="+", default=["normals", "side", "kinds", "judging"])
    made.add_argument(
        "--all", action="store_true", help="with 50,000 normals in memory, too: two minutes more"
    )
    options = made.parse_args()
    # One thread: threads that wait for each other in a loop would be counted as work.
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    growth = Growth(options, begin(options))
    growth.work.mkdir(parents=True, exist_ok=True)
    if "normals" in options.parts:
        for normals, memory in NORMALS[: None if options.all else -1]:
            method = f"{normals:,} normals of 64x64, {memory:g} GiB for them"
            growth.train("training, by number of normals", method, (10, normals, 64), memory)
    if "side" in options.parts:
        for side in SIDES:
            growth.train("training, by size of image", f"300 normals of {side}x{side}", (10, 300, side))
            method = f"300 images of {side}x{side}"
            growth.predict("judging, by size of image", method, (10, 300, side), 300)
    if "kinds" in options.parts:
        for kinds in KINDS:
            growth.train("training, by number of kinds", f"{kinds} kinds", (kinds, 3_000, 64))
    if "judging" in options.parts:
        growth.train(
            "training, by number of normals", f"1,000 normals of 64x64, {3.0:g} GiB for them", (10, 1_000, 64)
        )
        for count in COUNTS:
            method = f"{count:,} images of 64x64"
            growth.predict("judging, by number of images", method, (10, 1_000, 64), count)


if __name__ == "__main__":
    main()
