"""The texture descriptor and the kinds as a graph. The counterpart of gyeol.kinds.describe and Kinds.assign."""

from __future__ import annotations

import numpy as np

from gyeol.export.graph import Graph
from gyeol.export.pixels import mirror
from gyeol.kinds import Kinds
from gyeol.kinds.describe import SCALES, TILE, filters


def descriptor(graph: Graph, grey: str) -> str:
    """Describe an image of grey values (H, W) float32: (1, D) float32, as :func:`gyeol.kinds.describe`."""
    spectra = []
    moments = ""
    for pool, radii, most in SCALES:
        tiles = _tiles(graph, _averaged(graph, grey, pool), most)
        tiles = graph.op("Sub", tiles, graph.mean(tiles, 1, 2))
        if pool == 1:
            moments = _moments(graph, tiles)
        spectra.append(_log_spectrum(graph, tiles, radii))
    spectrum = graph.op("Concat", *spectra, axis=0)
    spectrum = graph.op("Sub", spectrum, graph.mean(spectrum, 0))
    return graph.op("Unsqueeze", graph.op("Concat", spectrum, moments, axis=0), graph.ints(0))


def kind_and_distance(graph: Graph, described: str, kinds: Kinds) -> tuple[str, str]:
    """Name the kind of a descriptor (1, D), and how far it is from it: (1,) int64 and (1,) float32."""
    standard = graph.op("Div", graph.op("Sub", described, kinds.mean), kinds.scale)
    white = graph.op("MatMul", standard, kinds.whitening.T.astype(np.float32))
    products = graph.op("MatMul", white, (-2 * kinds.white_centres.T).astype(np.float32))
    squares = graph.op("Add", products, (kinds.white_centres**2).sum(axis=1).astype(np.float32))
    kind = graph.op("ArgMin", squares, axis=1, keepdims=0)
    centre, spread = (
        graph.op("Gather", each.astype(np.float32), kind, axis=0) for each in (kinds.centres, kinds.spreads)
    )
    units = graph.op("Div", graph.op("Sub", standard, centre), spread)
    return kind, graph.op("Sqrt", graph.mean(graph.square(units), 1, keep=False))


def _averaged(graph: Graph, grey: str, pool: int) -> str:
    """Average squares of `pool` times `pool` pixels of an image (H, W): (H // pool, W // pool) float32."""
    if pool == 1:
        return grey
    grey = graph.op("Unsqueeze", grey, graph.ints(0, 1))
    grey = graph.op("AveragePool", grey, kernel_shape=[pool] * 2, strides=[pool] * 2)
    return graph.op("Squeeze", grey, graph.ints(0, 1))


def _tiles(graph: Graph, grey: str, most: int) -> str:
    """Cut tiles evenly spread out of an image (H, W): (N, 64, 64) float32."""
    rows, columns = (_pixels_of_tiles(graph, graph.length(grey, axis), most) for axis in (0, 1))
    cut = graph.op("Gather", graph.op("Gather", grey, rows, axis=0), columns, axis=2)  # (n, 64, m, 64)
    cut = graph.op("Transpose", cut, perm=[0, 2, 1, 3])
    return graph.op("Reshape", cut, graph.ints(-1, TILE, TILE))


def _pixels_of_tiles(graph: Graph, length: str, most: int) -> str:
    """Give the pixels along one axis of every tile, mirrored where the image is smaller: (n, 64) int64."""
    wanted = graph.op("Max", length, graph.number(TILE))
    room = graph.op("Sub", wanted, graph.number(TILE))
    count = graph.op("Add", graph.op("Div", room, graph.number(TILE // 2)), graph.number(1))
    count = graph.op("Min", count, graph.number(most))
    gaps = graph.op("Max", graph.op("Sub", count, graph.number(1)), graph.number(1))
    share = graph.op("Mul", graph.to_float(graph.count(count)), graph.to_float(room))
    starts = graph.to_int(graph.op("Round", graph.op("Div", share, graph.to_float(gaps))))
    within = graph.op("Unsqueeze", graph.count(graph.number(TILE)), graph.ints(0))
    places = graph.op("Add", graph.op("Unsqueeze", starts, graph.ints(1)), within)
    return graph.op("Gather", mirror(graph, wanted, length), places, axis=0)


def _log_spectrum(graph: Graph, tiles: str, radii: tuple[float, ...]) -> str:
    """Take the median over the tiles of the logarithm of the power in each bin: (bins,) float32."""
    window, bins = filters(radii)
    turn = 2 * np.pi * np.outer(np.arange(TILE), np.arange(TILE)) / TILE
    cosine, sine = np.cos(turn).astype(np.float32), np.sin(turn).astype(np.float32)
    half = slice(0, TILE // 2 + 1)
    seen = graph.op("Mul", tiles, window)
    # Constants on the right of every product and axes exchanged in between: OpenVINO computes only such in bf16.
    across = np.concatenate([cosine[:, half], sine[:, half]], axis=1)  # (64, 66): columns' frequencies
    parts = graph.op("Transpose", graph.op("MatMul", seen, across), perm=[0, 2, 1])
    # e^-i(a+b) = (cos a cos b - sin a sin b) - i (sin a cos b + cos a sin b)
    both = graph.op("MatMul", parts, np.concatenate([cosine, sine], axis=1))  # (N, 66, 128)
    upper, lower = graph.ops("Split", 2, both, axis=1, num_outputs=2)
    (cc, sc), (cs, ss) = (graph.ops("Split", 2, each, axis=2, num_outputs=2) for each in (upper, lower))
    real, imaginary = graph.op("Sub", cc, ss), graph.op("Add", sc, cs)
    power = graph.op("Add", graph.square(real), graph.square(imaginary))
    power = graph.op("Reshape", power, graph.ints(-1, bins.shape[0]))
    turned = bins.reshape(TILE, -1, bins.shape[1]).transpose(1, 0, 2).reshape(bins.shape)
    floor = float((window**2).sum()) / 12
    logarithm = graph.op("Log", graph.op("Add", graph.op("MatMul", power, turned), floor))
    return graph.quantile(logarithm, 0.5)


def _moments(graph: Graph, tiles: str) -> str:
    """Describe the grey values of tiles (N, 64, 64) of mean 0: (4,) float32."""
    square = graph.square(tiles)
    variance = graph.op("Add", graph.mean(square, 1, 2, keep=False), float(1 / 12))
    cubes = graph.mean(graph.op("Mul", square, tiles), 1, 2, keep=False)
    fourths = graph.mean(graph.square(square), 1, 2, keep=False)
    deviation = graph.op("Sqrt", variance)
    skewness = graph.op("Div", cubes, graph.op("Mul", variance, deviation))
    kurtosis = graph.op("Div", fourths, graph.square(variance))
    low, middle, high = (graph.quantile(deviation, share) for share in (0.2, 0.5, 0.8))
    four = (
        graph.op("Asinh", graph.quantile(skewness, 0.5)),
        graph.op("Log", graph.op("Add", graph.quantile(kurtosis, 0.5), 1.0)),
        graph.op("Log", graph.op("Div", high, low)),
        graph.op("Log", middle),
    )
    return graph.op("Concat", *(graph.op("Unsqueeze", each, graph.ints(0)) for each in four), axis=0)
