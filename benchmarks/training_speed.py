"""How much of what the processor can do a training step does. Writes benchmarks/training_speed.json.

python benchmarks/training_speed.py DATA

By turns in one process, so that other work on the machine is shared by all: steps as in training, their crops made
beside them in another thread; steps on crops that are there; and the bare convolutions of these steps, forwards and
backwards, on the same two halves of the batch, without anything between them. GFLOP are those of the convolutions in
all three.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gyeol.data.layouts import read_training_data
from gyeol.detect.augment.batch import Batch, Sampler
from gyeol.detect.config import Config
from gyeol.detect.fit import recipes
from gyeol.detect.halves import HALVES
from gyeol.detect.images import load_training_images
from gyeol.detect.network import CellNet
from gyeol.detect.trainer import Learner, prefetched
from gyeol.errors import GyeolError
from record import Results, fingerprint, machine, use_cores

Layer = tuple[nn.Conv2d, Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=12, help="a round")
    parser.add_argument("--cores", type=int, default=2, help="to keep to; 0: all")
    parser.add_argument("--force", action="store_true", help="make rows again that are there")
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("training_speed.json"))
    options = parser.parse_args()
    use_cores(options.cores)
    torch.set_num_threads(options.cores or torch.get_num_threads())
    before, config = machine(), Config()
    try:
        images = load_training_images(read_training_data(options.data), 1.0, 0, lambda done, total: None)
    except GyeolError as error:
        sys.exit(str(error))
    recipe, _ = recipes(config, [surface.pixels.shape for surface in images.normals])
    sampler = Sampler(images.normals, [], 0, images.ways)
    learner = Learner(config)
    batch = sampler.batch(0, recipe)
    layers = convolutions(learner.net, batch, recipe.crops // HALVES)
    gflop = HALVES * sum(work(*layer) for layer in layers) / 1e9

    def training() -> None:
        with prefetched(sampler, recipe, 0, options.steps) as batches:
            for each in batches:
                learner.step(each, 0.01)

    def ready() -> None:
        for _ in range(options.steps):
            learner.step(batch, 0.01)

    def bare() -> None:
        for _ in range(options.steps):
            learner.halves.map(lambda _: both_ways(layers), range(HALVES))

    seconds = by_turns(
        {"training": training, "crops at hand": ready, "bare convolutions": bare}, options.rounds
    )
    a_step = {name: statistics.median(taken) / options.steps for name, taken in seconds.items()}
    reached = {f"{name}, GFLOP/s": round(gflop / taken, 1) for name, taken in a_step.items()}
    metrics: dict[str, Any] = {f"{name}, ms a step": round(1e3 * taken, 1) for name, taken in a_step.items()}
    metrics |= reached | {
        "GFLOP a step": round(gflop, 1),
        "share of the bare convolutions' rate": round(a_step["bare convolutions"] / a_step["training"], 3),
        "share, crops at hand": round(a_step["bare convolutions"] / a_step["crops at hand"], 3),
    }
    row = {
        "question": "a training step beside its bare convolutions",
        "method": f"{recipe.crops} crops of {recipe.size}",
        "seed": 0,
        "data": fingerprint(options.data),
        "command": [f"benchmarks/training_speed.py {options.data.name}"],
        "machine": before,
        "wall_s": round(sum(map(sum, seconds.values())), 1),
        "metrics": metrics,
    }
    Results(options.results, options.force).put(row)


def convolutions(net: CellNet, batch: Batch, crops: int) -> list[Layer]:
    """List every convolution with what goes into it when it sees `crops` of the batch."""
    found: list[Layer] = []

    def note(module: nn.Module, given: tuple[Tensor, ...], _: Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            found.append((module, given[0].detach().clone()))

    hooks = [m.register_forward_hook(note) for m in net.modules() if isinstance(m, nn.Conv2d)]
    pixels = torch.from_numpy(batch.pixels[:crops]).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        net.eval()(pixels)
    for hook in hooks:
        hook.remove()
    return found


def work(layer: nn.Conv2d, given: Tensor) -> float:
    """Count the floating-point operations of a convolution, forwards and for both gradients."""
    with torch.no_grad():
        outputs = layer(given)
    forwards = 2 * outputs.numel() * layer.weight[0].numel()
    return float(forwards * (3 if _learns(given) else 2))


def _learns(given: Tensor) -> bool:
    """Whether the gradient of a layer's input is needed: not that of the pixels."""
    return given.shape[1] > 2


def both_ways(layers: list[Layer]) -> None:
    """Compute every convolution and its gradients."""
    for layer, given in layers:
        wanted = [layer.weight]
        if _learns(given):
            given = given.detach().requires_grad_()
            wanted.append(given)
        outputs = layer(given)
        torch.autograd.grad(outputs, wanted, torch.ones_like(outputs))


def by_turns(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Time each way once a round; the first round only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:
                taken[name].append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main()
