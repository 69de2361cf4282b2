"""How much of a sample's answers can be told without looking at any place: by whole-image statistics alone.

python benchmarks/give_away.py DATA

The shortcuts are those that the sample's own tests hold below 0.80 (tests/data/sample/shortcuts.py): a
logistic regression on image statistics, which is given half of the test's answers (hundreds of defects, where
a detector gets thirty) and judged on the other half; and the most unusual window, by mean, by deviation, by
either. All of them get the threshold that suits the very images they are judged on.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from gyeol.data.image import read_image
from gyeol.metrics import auroc
from record import ROOT


def load_shortcuts() -> ModuleType:
    """Load the tests' module; tests are no package."""
    place = ROOT / "tests/data/sample/shortcuts.py"
    spec = importlib.util.spec_from_file_location("shortcuts", place)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no {place}; run this from a clone of the repository")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    shortcuts = load_shortcuts()
    with (data / "key/answers.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    truth = np.array([int(row["answer"]) for row in rows])

    def measure(row: dict[str, str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        pixels = read_image(data / "test/images" / row["ImageId"])
        return shortcuts.image_statistics(pixels), shortcuts.window_scores(pixels)

    with ThreadPoolExecutor(2) as pool:
        features, windows = (np.array(each) for each in zip(*pool.map(measure, rows), strict=True))
    found = {
        "images": len(rows),
        "statistics_best_macro_f1": shortcuts.statistics_f1(features, truth, np.random.default_rng(0)),
    }
    for name, scores in zip(("mean", "deviation", "either"), windows.T, strict=True):
        found[f"window_{name}_best_macro_f1"] = shortcuts.best_f1(truth, scores)
    found["window_either_auroc"] = auroc(truth, windows[:, 2])
    print(json.dumps({name: round(value, 5) for name, value in found.items()}))


if __name__ == "__main__":
    main()
