"""Another network in gyeol's own pipeline and engine: python speed_peer.py NET PRECISION IMAGES OUTPUT.

For its speed only: the weights are random, which does not change the arithmetic.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray

from gyeol.baselines.efficientnet import EfficientNetLite0
from gyeol.baselines.resnet import ResNet18D
from gyeol.data.prediction import images_for_prediction, submission_rows
from gyeol.data.submission import write_submission
from gyeol.detect.verdict import Verdict
from gyeol.engine.cores import cores
from gyeol.engine.stream import judge_all


class Peer:
    """Judges with a classifier, as one would export it."""

    threshold_ = 0.5

    def __init__(self, name: str, precision: str) -> None:
        grey = name == "resnet18d"
        net = ResNet18D() if grey else EfficientNetLite0(2)
        self.channels = 1 if grey else 3
        shape = (1, self.channels, 512, 512)
        model = ov.convert_model(net.eval(), example_input=torch.zeros(shape), input=[shape])
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
            "NUM_STREAMS": cores(),
            "INFERENCE_NUM_THREADS": cores(),
        }
        self.plan = ov.Core().compile_model(model, "CPU", settings)
        self.own = threading.local()

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one image of 512x512."""
        if not hasattr(self.own, "request"):
            self.own.request = self.plan.create_infer_request()
        normal = (pixels.astype(np.float32) - 128) / 50
        batch = np.repeat(normal[None, None], self.channels, axis=1)
        logits = np.asarray(self.own.request.infer([batch])[0])[0]
        score = float(logits[1] - logits[0])
        return Verdict(score, int(score > 0), 0, 0.0, normal)


def main() -> None:
    name, precision, images, output = sys.argv[1:]
    rows = submission_rows(*images_for_prediction(Path(images)))
    judge = Peer(name, precision)
    answers = [judged.verdict.answer if judged.verdict else 0 for judged in judge_all(judge, rows)]
    write_submission(Path(output), [row[0] for row in rows], answers, None)


if __name__ == "__main__":
    main()
