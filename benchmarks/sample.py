"""The sample itself: how long each scale takes to make, and how much of it image statistics give away.

Writes benchmarks/sample.json. The goal: full in less than ten minutes on two cores; Macro F1 without looking
at any place below 0.80. About 20 minutes with the full sample.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from course import HERE, begin, make_sample, parser
from record import Results, fingerprint, machine, measure

SCALES = ("tiny", "demo", "full")  # not imported: this process must stay small, see record.measure


def make_row(question: str, method: str, data: Path, seed: int, command: str) -> dict[str, Any]:
    return {
        "question": question,
        "method": method,
        "seed": seed,
        "minutes": None,
        "epochs": None,
        "data": fingerprint(data),
        "command": [command],
        "machine": machine(),
    }


def time_scale(results: Results, scale: str, seed: int, options: argparse.Namespace) -> None:
    """Make a sample of one scale anew and note how long that takes."""
    method = f"gyeol sample, {scale}"
    if not results.wants(question="sample time", method=method, seed=seed):
        return
    data = options.work / f"{scale}-{seed}"
    shutil.rmtree(data, ignore_errors=True)
    before = machine()
    ran = make_sample(data, scale, seed)
    assert ran is not None  # noqa: S101 (the folder was just removed)
    command = f"gyeol sample {data.name} --scale {scale} --seed {seed}"
    row = make_row("sample time", method, data, seed, command) | {"machine": before}
    size = sum(path.stat().st_size for path in data.rglob("*.png")) / 2**20
    images = len([*data.glob("train/*_images/*.png"), *data.glob("test/images/*.png")])
    metrics = {
        "images": images,
        "mib": round(size, 1),
        "sample_s": ran.wall_s,
        "images_s": round(images / ran.wall_s, 1),
    }
    results.put(row | {"wall_s": ran.wall_s, "peak_mib": ran.peak_mib, "metrics": metrics})
    if scale == "full" and not options.keep:
        shutil.rmtree(data)


def give_away(results: Results, seed: int, options: argparse.Namespace) -> None:
    """Note what image-level statistics give away of one sample."""
    method = f"image statistics, {options.scale}"
    if not results.wants(question="sample gives away", method=method, seed=seed):
        return
    data = options.work / f"{options.scale}-{seed}"
    make_sample(data, options.scale, seed)
    row = make_row("sample gives away", method, data, seed, f"python benchmarks/give_away.py {data.name}")
    ran = measure([sys.executable, HERE / "give_away.py", data], options.work / f"{data.name}-give_away.log")
    metrics = json.loads(ran.stdout)
    results.put(row | {"wall_s": ran.wall_s, "peak_mib": ran.peak_mib, "metrics": metrics})


def main() -> None:
    made = parser(__doc__, "sample.json")
    made.add_argument("--scales", choices=SCALES, nargs="*", default=SCALES, help="to time")
    made.add_argument("--scale", choices=SCALES, default="demo", help="to learn statistics on")
    made.add_argument("--keep", action="store_true", help="keep the full sample")
    options = made.parse_args()
    results = begin(options)
    for scale in options.scales:
        time_scale(results, scale, options.seeds[0], options)
    for seed in options.seeds:
        give_away(results, seed, options)


if __name__ == "__main__":
    main()
