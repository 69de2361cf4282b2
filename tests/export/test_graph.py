from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto

from gyeol.detect.scoring import heat_map
from gyeol.export.graph import Graph
from gyeol.export.network import wider
from gyeol.export.pixels import mirror

quick = settings(max_examples=25, deadline=None)
floats = st.floats(-100, 100, width=32)


def run(graph: Graph, output: str, **inputs: np.ndarray) -> np.ndarray:
    """Run a graph of a single output on arrays."""
    kinds: dict[str, tuple[Any, list[Any]]] = {
        name: (TensorProto.INT64 if value.dtype == np.int64 else TensorProto.FLOAT, [None] * value.ndim)
        for name, value in inputs.items()
    }
    kind = TensorProto.INT64 if output.startswith("min") else TensorProto.FLOAT
    model = graph.model(kinds, {"out": (output, kind, None)})  # type: ignore[dict-item]
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["out"], inputs)[0])


@quick
@given(arrays(np.float32, st.integers(1, 40), elements=floats), st.sampled_from([0.2, 0.5, 0.8, 1.0]))
def test_a_quantile_is_numpys(values: np.ndarray, share: float) -> None:
    graph = Graph()
    found = run(graph, graph.quantile("x", share), x=values)
    assert found == pytest.approx(np.quantile(values.astype(np.float64), share), abs=1e-3)


@quick
@given(st.integers(1, 40), st.integers(0, 200))
def test_a_mirror_goes_on_as_numpys_pad(length: int, more: int) -> None:
    graph = Graph()
    found = run(
        graph, mirror(graph, "wanted", "length"), wanted=np.array(length + more), length=np.array(length)
    )
    assert (found == np.pad(np.arange(length), (0, more), mode="symmetric")).all()


@quick
@given(arrays(np.float32, st.tuples(st.integers(2, 12), st.integers(2, 12)), elements=floats))
def test_cells_become_pixels_as_in_heat_maps(cells: np.ndarray) -> None:
    graph = Graph()
    found = run(graph, wider(graph, "x"), x=cells[None, None])[0, 0]
    assert np.abs(found - heat_map(cells, found.shape)).max() < 1e-3


def test_equal_constants_are_kept_once_and_others_apart() -> None:
    graph = Graph()
    assert graph.ints(1, 2) == graph.ints(1, 2)
    assert len({graph.ints(1, 2), graph.ints(2, 1), graph.ints(1), graph.number(1), graph.constant(1.0)}) == 5
