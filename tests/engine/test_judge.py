from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from gyeol.engine.judge import open_judge
from gyeol.engine.sealed import PLACE, seal
from gyeol.errors import ModelError

RUNTIMES = ("openvino", "onnxruntime")


def other_graph(form: int | None) -> bytes:
    """Write a graph that is no detector, or one of another form."""
    outputs = [("y", "x", TensorProto.UINT8, [2, 2])]
    constants = []
    if form is not None:
        for name, value, kind in (
            ("schema", np.array(form, np.int64), TensorProto.INT64),
            ("threshold", np.array(1, np.float32), TensorProto.FLOAT),
            ("usual_shape", np.array([0, 0], np.int64), TensorProto.INT64),
            ("precision", np.array(0, np.int64), TensorProto.INT64),
        ):
            constants.append(onnx.numpy_helper.from_array(value, f"c_{name}"))
            outputs.append((name, f"c_{name}", kind, list(value.shape)))
    graph = helper.make_graph(
        [helper.make_node("Identity", [source], [name]) for name, source, _, _ in outputs],
        "other",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, ["h", "w"])],
        [helper.make_tensor_value_info(name, kind, shape) for name, _, kind, shape in outputs],
        constants,
    )
    graph.input[0].name = graph.node[0].input[0] = "image"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    model.doc_string = PLACE
    return seal(model.SerializeToString())


@pytest.mark.parametrize("engine", RUNTIMES)
@pytest.mark.parametrize("content", [b"", b"no graph at all", other_graph(None), other_graph(1)[:-40]])
def test_what_is_no_exported_model_is_named_in_one_line(tmp_path: Path, engine: str, content: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.onnx is damaged or") as caught:
        open_judge(path, engine)
    assert "\n" not in str(caught.value)
    assert "export it again" in str(caught.value)


@pytest.mark.parametrize("engine", RUNTIMES)
def test_a_graph_of_another_form_is_refused(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(other_graph(99))
    with pytest.raises(ModelError, match="is of form 99 and this gyeol reads form 4"):
        open_judge(path, engine)


def test_an_engine_that_does_not_fit_the_model_says_what_does(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="openvino reads exported models; make one with: gyeol export"):
        open_judge(tmp_path / "folder", "openvino")
    with pytest.raises(ModelError, match="torch reads a training's folder"):
        open_judge(tmp_path / "m.onnx", "torch")
    for missing in ("m.onnx", "m.xml", "folder"):
        with pytest.raises(ModelError, match="no model at"):
            open_judge(tmp_path / missing)


@pytest.mark.parametrize("name", ["m.xml", "M.XML"])
def test_a_damaged_openvino_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<net/>")
    with pytest.raises(ModelError, match="is damaged or not an exported gyeol model"):
        open_judge(tmp_path / name)
