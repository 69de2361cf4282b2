"""The network as a graph: normalised pixels in, one logit a cell out. The counterpart of gyeol.detect.network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from gyeol.detect.network import GRID, STRIDE, CellNet, Context
from gyeol.export.graph import Graph

Floats = NDArray[np.float32]


@dataclass
class Precision:
    """Which layers compute in 8 bits, and what is watched to find out how.

    Parameters
    ----------
    ranges : dict of str to float
        For the input of each layer in 8 bits, the largest value that is told apart. Empty: float32 throughout.
    watched : dict of str to str
        Filled while the graph is written: the value that goes into each layer that could be in 8 bits.
    """

    ranges: dict[str, float] = field(default_factory=dict)
    watched: dict[str, str] = field(default_factory=dict)


def logits(graph: Graph, net: CellNet, pixels: str, precision: Precision) -> str:
    """Add the network.

    Parameters
    ----------
    net : CellNet
        Fused: see :func:`gyeol.detect.network.fused`.
    pixels : str
        (1, 1, H, W) float32, normalised; H and W multiples of 8.

    Returns
    -------
    str
        (1, 1, H/8, W/8) float32.
    """
    writer = _Writer(graph, precision)
    x = local_contrast(graph, pixels)
    for number, layer in enumerate(net.stem):
        # The first layer sees raw light: its range is wide and its weights are few, so that 8 bits would cost
        # accuracy and win little.
        x = writer.conv(x, layer[0], f"stem.{number}" if number else "", relu=True)
    for number, block in enumerate(net.before):
        x = writer.residual(x, block, f"before.{number}")
    x = writer.context(x, net.context)
    for number, block in enumerate(net.after):
        x = writer.residual(x, block, f"after.{number}")
    return writer.conv(x, net.logit, "", relu=False)


def local_contrast(graph: Graph, x: str) -> str:
    """Add the second channel; see :func:`gyeol.detect.network.local_contrast`."""

    def around(values: str) -> str:
        cells = graph.op("AveragePool", values, kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2)
        return graph.op("AveragePool", cells, kernel_shape=[5, 5], pads=[2, 2, 2, 2], count_include_pad=0)

    flat = graph.op("Sub", x, wider(graph, around(x)))
    spread = graph.op("Sqrt", graph.op("Add", around(graph.square(flat)), 1e-2))
    flat = graph.op("Mul", flat, wider(graph, graph.op("Reciprocal", spread)))
    return graph.op("Concat", x, flat, axis=1)


def wider(graph: Graph, cells: str) -> str:
    """Bring (1, C, h, w) to (1, C, 8h, 8w), linearly between the middles of cells."""
    scales = np.array([1, 1, STRIDE, STRIDE], np.float32)
    return graph.op(
        "Resize", cells, None, scales, mode="linear", coordinate_transformation_mode="half_pixel"
    )


class _Writer:
    def __init__(self, graph: Graph, precision: Precision) -> None:
        self.graph, self.precision = graph, precision

    def residual(self, x: str, block: Any, name: str) -> str:
        x = self.rounded(x, f"{name}.first")
        inside = self.conv(x, block.first[0], f"{name}.first", relu=True, is_rounded=True)
        inside = self.conv(inside, block.second, f"{name}.second", relu=False)
        return self.graph.op("Relu", self.graph.op("Add", inside, x))

    def conv(self, x: str, layer: nn.Conv2d, name: str, *, relu: bool, is_rounded: bool = False) -> str:
        """Add a convolution, in 8 bits if `name` has a range."""
        graph = self.graph
        weight = layer.weight.detach().float().cpu().numpy()
        bias = layer.bias.detach().float().cpu().numpy() if layer.bias is not None else None
        if name and not is_rounded:
            x = self.rounded(x, name)
        inputs: list[str | Floats | None] = [x, weight, bias]
        if name in self.precision.ranges:
            inputs = [x, *self._in_bits(weight, bias, self.precision.ranges[name] / 255)]
        (pad, _), (dilation, _) = _pair(layer.padding), _pair(layer.dilation)
        x = graph.op(
            "Conv",
            *inputs,
            kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride),
            dilations=[dilation] * 2,
            pads=[pad] * 4,
        )
        return graph.op("Relu", x) if relu else x

    def rounded(self, x: str, name: str) -> str:
        """Round a value, from 0 up, to 256 steps where the layer that takes it is in 8 bits."""
        self.precision.watched[name] = x
        if name not in self.precision.ranges:
            return x
        step, zero = np.float32(self.precision.ranges[name] / 255), np.array(0, np.uint8)
        short = self.graph.op("QuantizeLinear", x, np.asarray(step), zero)
        return self.graph.op("DequantizeLinear", short, np.asarray(step), zero)

    def _in_bits(self, weight: Floats, bias: Floats | None, step: float) -> list[str | Floats | None]:
        """Round weights to 8 bits, each output channel on a scale of its own."""
        scale = np.maximum(np.abs(weight).max((1, 2, 3)), 1e-12).astype(np.float32) / 127
        short = np.round(weight / scale[:, None, None, None]).clip(-127, 127).astype(np.int8)
        made: list[str | Floats | None] = [
            self.graph.op("DequantizeLinear", short, scale, np.zeros(len(scale), np.int8), axis=0)
        ]
        if bias is not None:
            made.append(bias)
        return made

    def context(self, x: str, layer: Context) -> str:
        """Add :class:`gyeol.detect.network.Context`, for an image of any size."""
        graph = self.graph
        rows, columns = (_Windows.of(graph, graph.length(x, axis), layer.window) for axis in (2, 3))
        middle = graph.mean(x, 2, 3)
        mean = rows.average(columns.average(x, across=True))
        square = rows.average(columns.average(graph.square(graph.op("Sub", x, middle)), across=True))
        variance = graph.op("Sub", square, graph.square(graph.op("Sub", mean, middle)))
        spread = graph.op("Sqrt", graph.op("Add", graph.op("Max", variance, 0.0), 1e-2))
        statistics = graph.op("Transpose", graph.op("Concat", mean, spread, axis=1), perm=[0, 2, 3, 1])
        for number, part in enumerate(layer.film):
            if isinstance(part, nn.Linear):
                statistics = graph.op("MatMul", statistics, _array(part.weight).T)
                statistics = graph.op("Add", statistics, _array(part.bias))
            elif number:
                statistics = graph.op("Relu", statistics)
        modulation = graph.op("Transpose", statistics, perm=[0, 3, 1, 2])
        mean, spread, modulation = (
            columns.to_cells(rows.to_cells(each, 2), 3) for each in (mean, spread, modulation)
        )
        deviation = graph.op("Div", graph.op("Sub", x, mean), spread)
        mixed = self.conv(graph.op("Concat", x, deviation, axis=1), layer.mix[0], "", relu=True)
        scale, shift = graph.ops("Split", 2, modulation, axis=1, num_outputs=2)
        scaled = graph.op("Mul", mixed, graph.op("Add", scale, 1.0))
        return graph.op("Relu", graph.op("Add", scaled, shift))


@dataclass(frozen=True)
class _Windows:
    """The windows along one axis: their averages as a matrix product, which serves any length of the axis."""

    graph: Graph
    length: str
    matrix: str
    nearest: str

    @classmethod
    def of(cls, graph: Graph, length: str, window: int) -> _Windows:
        side = window // GRID
        coarse = graph.op("Div", graph.op("Add", length, graph.number(GRID - 1)), graph.number(GRID))
        count = graph.op("Max", graph.op("Sub", coarse, graph.number(side - 1)), graph.number(1))
        starts = graph.op("Mul", graph.op("Unsqueeze", graph.count(count), graph.ints(1)), graph.number(GRID))
        cells = graph.op("Unsqueeze", graph.count(length), graph.ints(0))
        ends = graph.op("Add", starts, graph.number(side * GRID))
        inside = graph.op(
            "And", graph.op("GreaterOrEqual", cells, starts), graph.op("Less", cells, ends)
        )
        inside = graph.to_float(inside)
        total = graph.op("ReduceSum", inside, graph.ints(1), keepdims=1)
        own = graph.op("Sub", graph.count(length), graph.number(window // 2 - GRID // 2))
        # Integer division of ONNX runs towards 0; what is below 0 becomes 0 anyway.
        own = graph.op("Div", graph.op("Max", own, graph.number(0)), graph.number(GRID))
        last = graph.op("Sub", count, graph.number(1))
        return cls(graph, length, graph.op("Div", inside, total), graph.op("Min", own, last))

    def average(self, x: str, across: bool = False) -> str:
        """Average over the windows of the rows, or `across` over those of the columns."""
        if across:
            return self.graph.op("MatMul", x, self.graph.op("Transpose", self.matrix, perm=[1, 0]))
        return self.graph.op("MatMul", self.matrix, x)

    def to_cells(self, x: str, axis: int) -> str:
        """Give every cell the window around it."""
        return self.graph.op("Gather", x, self.nearest, axis=axis)


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1])) if isinstance(value, tuple) else (int(value), int(value))


def _array(value: Any) -> Floats:
    return np.asarray(value.detach().float().cpu().numpy(), np.float32)
