"""From raw grey bytes to what the network takes. The counterpart of gyeol.detect.scoring.prepare."""

from __future__ import annotations

from gyeol.detect.network import STRIDE
from gyeol.detect.surfaces import FLAT
from gyeol.export.graph import Graph


def normalised(graph: Graph, grey: str) -> str:
    """Express grey values (H, W) float32 in units of the image's own deviation from its mean."""
    centred = graph.op("Sub", grey, graph.mean(grey, 0, 1))
    deviation = graph.op("Sqrt", graph.mean(graph.square(centred), 0, 1))
    return graph.op("Div", centred, graph.op("Max", deviation, float(FLAT)))


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
