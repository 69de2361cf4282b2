"""The whole graph of a detector: from the raw pixels of one image to its verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from gyeol.detect.detector import Detector
from gyeol.detect.network import STRIDE, fused
from gyeol.engine.graph import FORM, INPUT, MARGIN, PRECISION, PRECISIONS, REFERENCE, SCHEMA, THRESHOLD, USUAL
from gyeol.export.graph import Graph
from gyeol.export.network import Precision, logits, wider
from gyeol.export.pixels import mirrored_up, normalised, without_background
from gyeol.export.texture import descriptor, kind_and_distance

WATCHED = "watched."
"""Prefix of the extra outputs of a graph that is made to watch the layers."""


def build(
    detector: Detector,
    precision: Precision,
    *,
    name: str = "fp32",
    usual: tuple[int, int] = (0, 0),
    margin: float = 0.0,
    watch: bool = False,
) -> onnx.ModelProto:
    """Write a detector as a graph.

    Its input is `image`, (H, W) uint8 grey; any H and W from 64. Its outputs are `score` () float32, `answer` ()
    int64, `kind` () int64, `distance` () float32, `heat` (H, W) float32 and `background` () float32,
    as in :class:`gyeol.detect.verdict.Verdict`, and the constants of :mod:`gyeol.engine.graph`.

    Parameters
    ----------
    precision : Precision
        Which layers are in 8 bits. Its `watched` is filled.
    name : {"fp32", "bf16", "int8"}
        The arithmetic meant for it; a runtime that knows bf16 is told to use it.
    usual : (int, int)
        Height and width of most images; 0, 0 if they differ.
    margin : float
        Largest difference of a score near the threshold from the detector's; known once the graph was tried.
    watch : bool
        Whether the largest value that goes into each layer becomes an output, too: for choosing the ranges.
    """
    graph = Graph()
    grey = graph.to_float(INPUT)
    kind, distance = kind_and_distance(graph, descriptor(graph, grey), detector.kinds_)
    background = graph.constant(np.float32(np.nan))
    if detector.backgrounds_.kinds.any():
        grey, background = without_background(graph, grey, kind, detector.backgrounds_)
    normal = normalised(graph, grey)
    enlarge = detector.net_.enlarge
    if enlarge > 1:
        normal = wider(graph, normal, enlarge)
    pixels = graph.op("Unsqueeze", mirrored_up(graph, normal), graph.ints(0, 1))
    values = logits(graph, fused(detector.net_), pixels, precision)
    cells = graph.op("Sub", values, graph.quantile(graph.op("Reshape", values, graph.ints(-1)), 0.5))
    # The highest mean of 2x2 neighbours, see gyeol.detect.scoring.raw_score.
    raw = graph.op("ReduceMax", graph.op("AveragePool", cells, kernel_shape=[2, 2]), keepdims=0)
    centre, scale = (
        graph.op("Reshape", graph.op("Gather", each.astype(np.float32), kind, axis=0), graph.ints())
        for each in (detector.calibration_.centre, detector.calibration_.scale)
    )

    def calibrated(value: str) -> str:
        return graph.op("Div", graph.op("Sub", value, centre), scale)

    score = calibrated(raw)
    answer = graph.to_int(graph.op("Greater", score, float(detector.threshold_)))
    side = STRIDE // enlarge
    heat = graph.op("Reshape", wider(graph, calibrated(cells), side), _height_and_width(graph, cells, side))
    for axis in (0, 1):
        limit = graph.op("Unsqueeze", graph.length(INPUT, axis), graph.ints(0))
        heat = graph.op("Slice", heat, graph.ints(0), limit, graph.ints(axis))
    outputs: dict[str, tuple[str, Any, list[Any]]] = {
        "score": (score, TensorProto.FLOAT, []),
        "answer": (answer, TensorProto.INT64, []),
        "kind": (graph.op("Reshape", kind, graph.ints()), TensorProto.INT64, []),
        "distance": (graph.op("Reshape", distance, graph.ints()), TensorProto.FLOAT, []),
        "heat": (heat, TensorProto.FLOAT, ["height", "width"]),
        "background": (background, TensorProto.FLOAT, []),
        SCHEMA: (graph.number(FORM), TensorProto.INT64, []),
        THRESHOLD: (graph.constant(np.float32(detector.threshold_)), TensorProto.FLOAT, []),
        MARGIN: (graph.constant(np.float32(margin)), TensorProto.FLOAT, []),
        USUAL: (graph.ints(*usual), TensorProto.INT64, [2]),
        PRECISION: (graph.number(PRECISIONS.index(name)), TensorProto.INT64, []),
    }
    for field, array in detector.reference_.to_arrays().items():
        kept = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
        form = TensorProto.INT64 if kept.dtype == np.int64 else TensorProto.FLOAT
        outputs[REFERENCE[field]] = (graph.constant(kept), form, list(kept.shape))
    if watch:
        for layer, value in precision.watched.items():
            outputs[WATCHED + layer] = (graph.op("Reshape", value, graph.ints(-1)), TensorProto.FLOAT, [None])
    model = graph.model({INPUT: (TensorProto.UINT8, ["height", "width"])}, outputs)
    onnx.checker.check_model(model)
    return model


def _height_and_width(graph: Graph, cells: str, side: int) -> str:
    """Give the shape in pixels of cells (1, 1, h, w) of `side` pixels."""
    sides = (graph.op("Mul", graph.length(cells, axis), graph.number(side)) for axis in (2, 3))
    return graph.vector(*sides)
