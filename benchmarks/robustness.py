"""How much the answers suffer when only the test images change: light, noise, blur, compression, small turns.

Uses models and their data folder that are there (of benchmarks/demo.py or compare.py, for example). Writes
benchmarks/robustness.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from course import begin, parser
from gyeol import macro_f1, read_image
from gyeol.plugins.opening import load_detector
from record import fingerprint, machine
from variants import read_key

Pixels = NDArray[np.uint8]
Change = Callable[[Pixels, float, np.random.Generator], NDArray[np.floating]]


def _turn(pixels: Pixels, angle: float, _: np.random.Generator) -> NDArray[np.floating]:
    """Turn a square image, enlarged by so much that no corner is empty: a mirrored one is odd by itself."""
    height, width = pixels.shape
    whole = float(np.cos(np.deg2rad(angle)) + np.sin(np.deg2rad(angle)))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, whole)
    return cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )


def _jpeg(pixels: Pixels, quality: float, _: np.random.Generator) -> NDArray[np.floating]:
    return cv2.imdecode(
        cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1], cv2.IMREAD_GRAYSCALE
    )


CHANGES: dict[str, tuple[Change, tuple[float, ...]]] = {
    "brightness, grey values": (lambda p, s, _: p + np.float64(s), (-40, -20, 20, 40)),
    "contrast, factor": (lambda p, s, _: (p - p.mean()) * s + p.mean(), (0.5, 0.75, 1.25, 1.5)),
    "noise, grey values": (lambda p, s, rng: p + s * rng.standard_normal(p.shape), (2, 5, 10)),
    "blur, pixels": (lambda p, s, _: cv2.GaussianBlur(p, (0, 0), s), (0.5, 1.0, 1.5)),
    "JPEG, quality": (_jpeg, (90, 70, 50)),
    "turn, degrees": (_turn, (1, 3, 6)),
}


def main() -> None:
    made = parser(__doc__, "robustness.json", seeds=[2])
    made.add_argument(
        "--models", nargs="+", required=True, metavar="NAME=FOLDER", help="names are those that the rows get"
    )
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--most", type=int, default=400, help="test images")
    options = made.parse_args()
    results = begin(options)
    if wrong := [each for each in options.models if "=" not in each]:
        sys.exit(f"--models {wrong[0]}: write NAME=FOLDER, such as gyeol=out/model")
    models = dict(each.split("=", 1) for each in options.models)
    key = list(read_key(options.data).items())[: options.most]
    images = [read_image(options.data / "test/images" / name) for name, _ in key]
    truth = np.array([int(row["answer"]) for _, row in key])
    question = f"test images changed, {options.data.name}"
    wanted: list[tuple[str, Change | None, float]] = [("unchanged", None, 0.0)]
    wanted += [(f"{name} {s:g}", change, s) for name, (change, some) in CHANGES.items() for s in some]
    for model, folder in models.items():
        detector = load_detector(Path(folder))
        for name, change, strength in wanted:
            method = f"{model}, {name}"
            if not results.wants(question=question, method=method, seed=options.seeds[0]):
                continue
            before, began = machine(), time.monotonic()
            rng = np.random.default_rng(0)
            scores = []
            for pixels in images:
                changed = pixels if change is None else change(pixels, strength, rng)
                scores.append(detector.judge(np.clip(np.round(changed), 0, 255).astype(np.uint8)).score)
            answers = (np.array(scores) > detector.threshold_).astype(int)
            results.put(
                {
                    "question": question,
                    "method": method,
                    "seed": options.seeds[0],
                    "data": fingerprint(options.data),
                    "command": [
                        f"benchmarks/robustness.py --models {model}=model --data {options.data.name} "
                        f"--most {options.most}"
                    ],
                    "machine": before,
                    "wall_s": round(time.monotonic() - began, 1),
                    "metrics": {
                        "macro_f1": round(macro_f1(truth, answers), 5),
                        "auroc": round(float(roc_auc_score(truth, scores)), 5),
                        "misses": int(((truth == 1) & (answers == 0)).sum()),
                        "false_alarms": int(((truth == 0) & (answers == 1)).sum()),
                        "images": len(truth),
                    },
                }
            )


if __name__ == "__main__":
    main()
