"""Train a few steps and say what they cost: python growth_train.py DATA MODEL STEPS MEMORY_GIB.

Processor time of one core, by the clock that other work on the machine does not move. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from gyeol.data.layouts import read_training_data
from gyeol.detect.detector import Detector
from gyeol.detect.trainer import Progress


def main() -> None:
    data, model, steps, memory = sys.argv[1:]
    began = time.process_time()
    marks: list[float] = []
    trunk: list[float] = []

    def loading(done: int, total: int) -> None:
        marks.append(time.process_time() - began)

    def report(now: Progress) -> None:
        if now.phase == "trunk":
            trunk.append(time.process_time() - began)

    dataset = read_training_data(Path(data))
    detector = Detector(steps=int(steps), memory_gib=float(memory), folds=2)
    detector.fit(dataset, report=report, loading=loading)
    detector.save(model)
    record = detector.record_
    found = {
        "normals": len(dataset.normals),
        "normals_used": record["normals_learnt"] + record["normals_held_out"],
        "kinds_found": len(record["kinds"]),
        "crop": record["crop_size"],
        "reading_cpu_s": marks[-1] - marks[0],
        "sorting_cpu_s": trunk[0] - marks[-1],  # kinds, pieces, the split, the first batch
        # Between two steps lies the making of a batch, too; a look at held-out batches is in few of them.
        "step_cpu_ms": float(np.median(np.diff(trunk[2:]))) * 1e3,
    }
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))


if __name__ == "__main__":
    main()
