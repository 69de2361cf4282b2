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
    ranges : dict of str to (float, float)
        For the input of each layer in 8 bits, the lowest and the highest value that are told apart; the lowest is 0
        or below. Empty: float32 throughout.
    watched : dict of str to str
        Filled while the graph is written: the value that goes into each layer that could be in 8 bits.
    """

    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
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
        # The first sees signed values, which use 256 steps badly, of two channels, which gains hardly any time.
        x = writer.conv(x, _first(layer), f"stem.{number}" if number else "", relu=True)
    for number, block in enumerate(net.before):
        x = writer.residual(x, block, f"before.{number}")
    x = writer.context(x, net.context)
    for number, block in enumerate(net.after):
        x = writer.residual(x, block, f"after.{number}")
    return writer.conv(x, net.logit, "", relu=False)


def local_contrast(graph: Graph, x: str) -> str:
    """Add the second channel; see :func:`gyeol.detect.network.local_contrast`."""
    # Means of 5 by 5 cells of 8 by 8 pixels, fewer at the border: the mean of means along each axis, so two products.
    rows, columns = (_means(graph, graph.length(x, axis)) for axis in (-2, -1))
    columns = graph.op("Transpose", columns, perm=[1, 0])

    def around(values: str) -> str:
        return graph.op("MatMul", rows, graph.op("MatMul", values, columns))

    flat = graph.op("Sub", x, wider(graph, around(x)))
    spread = graph.op("Sqrt", graph.op("Add", around(graph.square(flat)), 1e-2))
    flat = graph.op("Mul", flat, wider(graph, graph.op("Reciprocal", spread)))
    return graph.op("Concat", x, flat, axis=1)


def _means(graph: Graph, length: str) -> str:
    """Give the weight of each of 8n pixels in the mean around each of n cells: (n, 8n), rows of sum 1."""
    cells = graph.op("Unsqueeze", graph.count(graph.op("Div", length, graph.number(STRIDE))), graph.ints(1))
    pixels = graph.op("Unsqueeze", graph.count(length), graph.ints(0))
    away = graph.op("Sub", graph.op("Div", pixels, graph.number(STRIDE)), cells)
    near = graph.to_float(graph.op("LessOrEqual", graph.op("Abs", away), graph.number(2)))
    return graph.op("Div", near, graph.op("ReduceSum", near, graph.ints(1), keepdims=1))


def wider(graph: Graph, cells: str, times: int = STRIDE) -> str:
    """Bring (..., h, w) to (..., 8h, 8w), or as many times as wide, linearly between middles, as Resize does.

    As a product with the weights of each cell in each pixel: ten times as fast as the runtimes' Resize. Rows first: the
    large product then has its constant factor on the right, where OpenVINO computes in bf16.
    """
    rows, columns = (_weights(graph, graph.length(cells, axis), times) for axis in (-2, -1))
    return graph.op("MatMul", graph.op("MatMul", rows, cells), graph.op("Transpose", columns, perm=[1, 0]))


def _weights(graph: Graph, length: str, times: int) -> str:
    """Give the weight of each of n cells in each of 8n pixels, or of so many times n: (8n, n)."""
    cells = graph.to_float(graph.count(length))
    pixels = graph.to_float(graph.count(graph.op("Mul", length, graph.number(times))))
    place = graph.op("Div", graph.op("Sub", pixels, (times - 1) / 2), float(times))
    last = graph.op("Sub", graph.to_float(length), 1.0)
    place = graph.op("Min", graph.op("Max", place, 0.0), last)
    away = graph.op(
        "Sub", graph.op("Unsqueeze", place, graph.ints(1)), graph.op("Unsqueeze", cells, graph.ints(0))
    )
    return graph.op("Max", graph.op("Sub", 1.0, graph.op("Abs", away)), 0.0)


class _Writer:
    def __init__(self, graph: Graph, precision: Precision) -> None:
        self.graph, self.precision = graph, precision

    def residual(self, x: str, block: Any, name: str) -> str:
        x = self.rounded(x, f"{name}.first")
        inside = self.conv(x, _first(block.first), f"{name}.first", relu=True, is_rounded=True)
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
            inputs = [x, self._in_bits(weight), bias]
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
        """Round a value to 256 steps where the layer that takes it is in 8 bits."""
        self.precision.watched[name] = x
        if name not in self.precision.ranges:
            return x
        low, high = self.precision.ranges[name]
        step = np.asarray((high - low) / 255, np.float32)
        zero = np.asarray(np.round(-low / step), np.uint8)
        return self.graph.op("DequantizeLinear", self.graph.op("QuantizeLinear", x, step, zero), step, zero)

    def _in_bits(self, weight: Floats) -> str:
        """Round weights to 8 bits, each output channel on a scale of its own."""
        scale = np.maximum(np.abs(weight).max((1, 2, 3)), 1e-12).astype(np.float32) / 127
        short = np.round(weight / scale[:, None, None, None]).clip(-127, 127).astype(np.int8)
        return self.graph.op("DequantizeLinear", short, scale, np.zeros(len(scale), np.int8), axis=0)

    def context(self, x: str, layer: Context) -> str:
        """Add :class:`gyeol.detect.network.Context`, for an image of any size."""
        graph = self.graph
        rows, columns = (_Windows.of(graph, graph.length(x, axis), layer.window) for axis in (2, 3))
        middle = graph.mean(x, 2, 3)

        def average(values: str) -> str:
            # Of squares of cells first: all channels of a cell lie together in memory, which products do not like.
            values = graph.op(
                "AveragePool",
                values,
                kernel_shape=[GRID] * 2,
                strides=[GRID] * 2,
                ceil_mode=1,
                count_include_pad=0,
            )
            across = graph.op("Transpose", columns.matrix, perm=[1, 0])
            return graph.op("MatMul", rows.matrix, graph.op("MatMul", values, across))

        mean, square = average(x), average(graph.square(graph.op("Sub", x, middle)))
        variance = graph.op("Sub", square, graph.square(graph.op("Sub", mean, middle)))
        spread = graph.op("Sqrt", graph.op("Add", graph.op("Max", variance, 0.0), 1e-2))
        # From here on one row a cell, for convolutions leave all channels of a cell together in memory. OpenVINO copies
        # the sum of a residual block all the same unless something stands in between: Max, which changes nothing.
        x = graph.op("Transpose", graph.op("Max", x, 0.0), perm=[0, 2, 3, 1])
        shape = graph.op("Shape", x)
        mean, spread = (graph.op("Transpose", each, perm=[0, 2, 3, 1]) for each in (mean, spread))
        flat = graph.ints(-1, _first(layer.mix).out_channels)
        x, mean, spread = (graph.op("Reshape", each, flat) for each in (x, mean, spread))
        modulation = graph.op("Concat", mean, spread, axis=1)
        for number, part in enumerate(layer.film):
            if isinstance(part, nn.Linear):
                modulation = graph.op("MatMul", modulation, _array(part.weight).T)
                modulation = graph.op("Add", modulation, _array(part.bias))
            elif number:
                modulation = graph.op("Relu", modulation)
        scale, shift = graph.ops("Split", 2, modulation, axis=1, num_outputs=2)
        factor = graph.op("Reciprocal", spread)
        offset = graph.op("Neg", graph.op("Mul", mean, factor))
        around = rows.and_columns(columns)
        factor, offset, scale, shift = (
            graph.op("Gather", each, around, axis=0)
            for each in (factor, offset, graph.op("Add", scale, 1.0), shift)
        )
        deviation = graph.op("Add", graph.op("Mul", x, factor), offset)
        mixed = self.product(graph.op("Concat", x, deviation, axis=1), _first(layer.mix))
        mixed = graph.op("Relu", graph.op("Add", graph.op("Mul", mixed, scale), shift))
        return graph.op("Transpose", graph.op("Reshape", mixed, shape), perm=[0, 3, 1, 2])

    def product(self, x: str, layer: nn.Conv2d) -> str:
        """Add a convolution of one pixel for rows (N, C), and what follows it.

        Never in 8 bits: it is a fiftieth of the work, and beside such a product OpenVINO computes the convolutions in
        float32, too.
        """
        x = self.graph.op("MatMul", x, np.ascontiguousarray(_array(layer.weight)[:, :, 0, 0].T))
        return self.graph.op("Relu", self.graph.op("Add", x, _array(layer.bias)))


@dataclass(frozen=True)
class _Windows:
    """The windows along one axis, of any length; see :meth:`gyeol.detect.network.Context.windows`.

    Parameters
    ----------
    matrix : str
        (windows, ceil(length / GRID)) float32: the weight of every GRID cells in every window, rows of sum 1.
    nearest : str
        (length,) int64: the window around every cell.
    """

    graph: Graph
    matrix: str
    nearest: str

    @classmethod
    def of(cls, graph: Graph, length: str, window: int) -> _Windows:
        side, grid = window // GRID, graph.number(GRID)
        blocks = graph.op("Div", graph.op("Add", length, graph.number(GRID - 1)), grid)
        count = graph.op("Max", graph.op("Sub", blocks, graph.number(side - 1)), graph.number(1))
        start = graph.op("Unsqueeze", graph.count(count), graph.ints(1))
        block = graph.op("Unsqueeze", graph.count(blocks), graph.ints(0))
        after = graph.op("GreaterOrEqual", block, start)
        before = graph.op("Less", block, graph.op("Add", start, graph.number(side)))
        # The last block may be cut off by the end of the image, and then weighs less.
        left = graph.op("Sub", length, graph.op("Mul", block, grid))
        weight = graph.to_float(graph.op("Min", left, grid))
        weight = graph.op("Mul", weight, graph.to_float(graph.op("And", after, before)))
        matrix = graph.op("Div", weight, graph.op("ReduceSum", weight, graph.ints(1), keepdims=1))
        own = graph.op("Sub", graph.count(length), graph.number(window // 2 - GRID // 2))
        # Integer division of ONNX runs towards 0; what is below 0 becomes 0 anyway.
        own = graph.op("Div", graph.op("Max", own, graph.number(0)), grid)
        return cls(graph, matrix, graph.op("Min", own, graph.op("Sub", count, graph.number(1))))

    def and_columns(self, columns: _Windows) -> str:
        """Give the number of the window around every cell of all rows: (H W,) int64."""
        graph = self.graph
        first = graph.op("Mul", self.nearest, graph.length(columns.matrix, 0))
        both = graph.op(
            "Add",
            graph.op("Unsqueeze", first, graph.ints(1)),
            graph.op("Unsqueeze", columns.nearest, graph.ints(0)),
        )
        return graph.op("Reshape", both, graph.ints(-1))


def _first(layers: Any) -> nn.Conv2d:
    """Give the convolution at the beginning of a sequence; its normalisation is folded into it."""
    convolution = layers[0]
    if not isinstance(convolution, nn.Conv2d):
        raise TypeError(f"a convolution is needed, not {type(convolution).__name__}")
    return convolution


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1])) if isinstance(value, tuple) else (int(value), int(value))


def _array(value: Any) -> Floats:
    return np.asarray(value.detach().float().cpu().numpy(), np.float32)
