"""Another network in gyeol's own pipeline and engine: python speed_peer.py NET PRECISION IMAGES OUTPUT.

NET is resnet18d, efficientnet-lite0 or patch-memory (PatchCore's method on EfficientNet-Lite0, with as many patches as
`gyeol compare` keeps), at 512x512. For its speed only: the weights are random, which does not change the arithmetic.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino as ov
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gyeol.baselines.efficientnet import EfficientNetLite0
from gyeol.baselines.patch_memory import STAGES, PatchMemory
from gyeol.baselines.resnet import ResNet18D
from gyeol.cores import cores
from gyeol.data.prediction import images_for_prediction, submission_rows
from gyeol.data.submission import write_submission
from gyeol.detect.verdict import Verdict
from gyeol.engine.stream import judge_all


class PatchMemoryNet(nn.Module):
    """A patch memory as one graph, so that the engine runs its search for the nearest patch, too."""

    def __init__(self, patches: int) -> None:
        super().__init__()
        self.net = EfficientNetLite0(2)
        with torch.no_grad():
            width = self.describe(torch.zeros(1, 3, 64, 64)).shape[2]
        self.memory: Tensor
        self.register_buffer("memory", torch.randn(patches, width))

    def describe(self, x: Tensor) -> Tensor:
        """Describe the patches of (B, 3, S, S), as gyeol.baselines.patch_memory does: (B, S/8 * S/8, D)."""
        stages = self.net.stages(x)
        fine, coarse = (F.avg_pool2d(stages[number], 3, 1, 1) for number in STAGES)
        coarse = F.interpolate(coarse, fine.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([fine, coarse], 1).flatten(2).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (1, 3, S, S) to two logits (1, 2); their difference is the furthest patch's squared distance."""
        patches = self.describe(x)[0]
        products = patches @ self.memory.T
        square = (patches**2).sum(1, keepdim=True) - 2 * products + (self.memory**2).sum(1)
        score = square.min(1).values.max()
        return torch.stack([torch.zeros_like(score), score])[None]


NETS: dict[str, Callable[[], nn.Module]] = {
    "resnet18d": ResNet18D,
    "efficientnet-lite0": lambda: EfficientNetLite0(2),
    "patch-memory": lambda: PatchMemoryNet(PatchMemory().memory),
}


class Peer:
    """Judges with another network, as one would export it."""

    threshold_ = 0.5

    def __init__(self, name: str, precision: str) -> None:
        net = NETS[name]()
        self.channels = 1 if name == "resnet18d" else 3
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
