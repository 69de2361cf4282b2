"""What a second worker of a Ray cluster brings, beside the same work in one process. Writes benchmarks/cluster.json.

Needs an exported model and a folder of images that are there. Each run starts its own cluster on this machine; the
time to start it is measured with one image and told apart. About five minutes for 2,000 images.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from course import GYEOL, begin, parser
from gyeol.data.prediction import images_for_prediction
from record import Ran, machine, measure


def main() -> None:
    made = parser(__doc__, "cluster.json", seeds=[0])
    made.add_argument("--model", type=Path, required=True, help="an .onnx file of gyeol export")
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--most", type=int, default=2000)
    options = made.parse_args()
    results = begin(options)
    work = options.work / f"{options.data.name}-cluster"
    images, one = work / "images", work / "one"
    for folder in (images, one):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    paths = images_for_prediction(options.data)[0][: options.most]
    for path in paths:
        (images / path.name).symlink_to(path.resolve())
    (one / paths[0].name).symlink_to(paths[0].resolve())

    def run(folder: Path, workers: int | None) -> Ran:
        output = work / "out"
        shutil.rmtree(output, ignore_errors=True)
        words: list[Any] = [GYEOL, "predict", options.model, folder, "-o"]
        if workers is None:
            return measure([*words, work / "out.csv"], work / "run.log")
        return measure([*words, output, "--cluster", "local", "--workers", str(workers)], work / "run.log")

    before = machine()
    start = {workers: run(one, workers).wall_s for workers in (None, 1, 2)}
    for workers in (None, 1, 2):
        ran = run(images, workers)
        metrics = {
            "images": len(paths),
            "images_s": round(len(paths) / ran.wall_s, 1),
            "start_s": start[workers],
            "images_s_once_started": round(len(paths) / max(1e-6, ran.wall_s - start[workers]), 1),
        }
        results.put(
            {
                "question": f"cluster, {len(paths)} images of {options.data.name}",
                "method": "one process" if workers is None else f"Ray on this machine, {workers} worker(s)",
                "seed": 0,
                "command": ["gyeol predict model.onnx images -o out [--cluster local --workers N]"],
                "machine": before,
                "wall_s": ran.wall_s,
                "peak_mib": ran.peak_mib,
                "metrics": metrics,
            }
        )


if __name__ == "__main__":
    main()
