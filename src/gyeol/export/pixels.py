"""From raw grey bytes to what the network takes. The counterpart of gyeol.detect.scoring.prepare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.background import COARSE, Backgrounds
from gyeol.detect.network import STRIDE
from gyeol.detect.surfaces import FLAT, SHOWN
from gyeol.export.graph import Graph


def normalised(graph: Graph, grey: str) -> str:
    """Express grey values (H, W) float32 in units of the image's own deviation from its mean."""
    centred = graph.op("Sub", grey, graph.mean(grey, 0, 1))
    deviation = graph.op("Sqrt", graph.mean(graph.square(centred), 0, 1))
    return graph.op("Div", centred, graph.op("Max", deviation, float(FLAT)))


def without_background(graph: Graph, grey: str, kind: str, backgrounds: Backgrounds) -> tuple[str, str]:
    """Take the background of its kind (1,) int64 off grey values (H, W) float32, as much of it as the image shows.

    Nothing is taken off an image of another size. The second value is how much that is, () float32; nan where there is
    no background.
    """
    height, width = backgrounds.size.tolist()
    lengths = [graph.length(grey, axis) for axis in (0, 1)]
    rows, columns = (
        graph.op(
            "Gather", _widening(whole), graph.op("Min", graph.count(length), graph.number(whole - 1)), axis=0
        )
        for whole, length in zip((height, width), lengths, strict=True)
    )
    field = graph.op("Gather", graph.to_float(graph.constant(backgrounds.fields)), kind, axis=0)
    field = graph.op("MatMul", rows, graph.op("Squeeze", field, graph.ints(0)))
    field = graph.op("MatMul", field, graph.op("Transpose", columns, perm=[1, 0]))
    fits = graph.op(
        "And",
        *(
            graph.op("Equal", length, graph.number(whole))
            for length, whole in zip(lengths, (height, width), strict=True)
        ),
    )
    fits = graph.op("And", fits, graph.op("Gather", backgrounds.kinds, kind, axis=0))
    product = graph.op("Mul", graph.op("Sub", grey, graph.mean(grey, 0, 1)), field)
    product = graph.op("ReduceSum", product, graph.ints(0, 1), keepdims=1)
    share = graph.op("Div", product, graph.op("Gather", backgrounds.energy, kind, axis=0))
    share = graph.op("Min", graph.op("Max", share, 0.0), SHOWN)
    taken = graph.op("Mul", share, graph.to_float(fits))
    told = graph.op("Reshape", graph.op("Where", fits, share, float("nan")), graph.ints())
    return graph.op("Sub", grey, graph.op("Mul", field, taken)), told


def _widening(length: int) -> NDArray[np.float32]:
    """Give the weight of each of a background's pixels in each of an axis of the image: (length, ceil(length / 4))."""
    count = -(-length // COARSE)
    place = np.clip((np.arange(length) - (COARSE - 1) / 2) / COARSE, 0, count - 1)
    return np.asarray(np.maximum(1 - np.abs(place[:, None] - np.arange(count)), 0), np.float32)


def mirrored_up(graph: Graph, image: str) -> str:
    """Mirror the border of an image (H, W) up to multiples of 8."""
    for axis in (0, 1):
        length = graph.length(image, axis)
        whole = graph.op("Add", length, graph.number(STRIDE - 1))
        whole = graph.op("Mul", graph.op("Div", whole, graph.number(STRIDE)), graph.number(STRIDE))
        image = graph.op("Gather", image, mirror(graph, whole, length), axis=axis)
    return image


def mirror(graph: Graph, wanted: str, length: str) -> str:
    """Give the pixels of an axis that its mirror image continues, over and over: (wanted,) int64."""
    twice = graph.op("Mul", length, graph.number(2))
    place = graph.op("Mod", graph.count(wanted), twice)
    back = graph.op("Sub", graph.op("Sub", twice, graph.number(1)), place)
    return graph.op("Min", place, back)
