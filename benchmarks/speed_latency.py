"""Time one image after the other, from its file to its verdict: python speed_latency.py MODEL ENGINE IMAGES."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from gyeol.data.image import read_image
from gyeol.engine.judge import open_judge


def main() -> None:
    model, engine, images = sys.argv[1:]
    judge = open_judge(Path(model), engine)
    files = sorted(Path(images).iterdir())[:320]
    seconds = []
    for file in files:
        began = time.perf_counter()
        judge.judge(read_image(file))
        seconds.append(time.perf_counter() - began)
    p50, p99 = np.quantile(seconds[20:], (0.5, 0.99)) * 1e3
    print(json.dumps({"p50_ms": round(float(p50), 2), "p99_ms": round(float(p99), 2)}))


if __name__ == "__main__":
    main()
