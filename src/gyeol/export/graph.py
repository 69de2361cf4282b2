"""Writing an ONNX graph node by node.

The graph is written by hand rather than traced out of PyTorch: a trace freezes the image's size and depends on the
version of the tracer, and what comes before and after the network (grey statistics, kinds of texture, calibration)
was never PyTorch. Operators are those of opset 18, https://onnx.ai/onnx/operators/.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from gyeol.engine.sealed import PLACE

OPSET = 18
IR_VERSION = 9
"""The oldest form of file that holds this opset, so that older runtimes read it."""


class Graph:
    """A graph under construction. Values are known by their names (str).

    Every method that adds a node returns the name of its output.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}
        self._count = 0

    def op(
        self, kind: str, *inputs: str | float | np.generic | NDArray[Any] | None, **attributes: Any
    ) -> str:
        """Add a node with one output; arrays and numbers become constants, None an input that is left out."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(
        self,
        kind: str,
        outputs: int,
        *inputs: str | float | np.generic | NDArray[Any] | None,
        **attributes: Any,
    ) -> list[str]:
        """Add a node with several outputs."""
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        self._count += 1
        made = [f"{kind.lower()}_{self._count}" + (f"_{n}" if n else "") for n in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, made, name=made[0], **attributes))
        return made

    def ints(self, *values: int) -> str:
        """Add a constant vector of int64."""
        return self.constant(np.array(values, np.int64))

    def number(self, value: int) -> str:
        """Add a constant int64 without dimensions."""
        return self.constant(np.array(value, np.int64))

    def constant(self, value: float | np.generic | NDArray[Any] | None) -> str:
        """Add a constant; a plain number is float32, None an input that is left out."""
        if value is None:
            return ""
        array = np.asarray(value, np.float32) if type(value) in (float, int) else np.asarray(value)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = numpy_helper.from_array(array, f"constant_{len(self.constants) + 1}")
        return self.constants[key].name

    # ---- what several places need ------------------------------------------------------------------------

    def length(self, value: str, axis: int) -> str:
        """Give the length of an axis, int64 without dimensions."""
        shape = self.op("Shape", value)
        return self.op("Gather", shape, self.number(axis), axis=0)

    def vector(self, *scalars: str) -> str:
        """Join int64 scalars to a vector, such as a shape."""
        return self.op("Concat", *(self.op("Unsqueeze", each, self.ints(0)) for each in scalars), axis=0)

    def count(self, limit: str) -> str:
        """Give 0, 1, ... up to `limit`, int64."""
        return self.op("Range", self.number(0), limit, self.number(1))

    def mean(self, value: str, *axes: int, keep: bool = True) -> str:
        """Average over axes."""
        return self.op("ReduceMean", value, self.ints(*axes), keepdims=int(keep))

    def square(self, value: str) -> str:
        """Multiply by itself."""
        return self.op("Mul", value, value)

    def to_float(self, value: str) -> str:
        """Convert to float32."""
        return self.op("Cast", value, to=onnx.TensorProto.FLOAT)

    def to_int(self, value: str) -> str:
        """Convert to int64, towards 0."""
        return self.op("Cast", value, to=onnx.TensorProto.INT64)

    def quantile(self, value: str, share: float, axis: int = 0) -> str:
        """Take the quantile along an axis, which goes away, between neighbours as NumPy does."""
        last = self.op("Sub", self.to_float(self.length(value, axis)), 1.0)
        place = self.op("Mul", last, float(1 - share))
        low = self.op("Floor", place)
        high = self.op("Ceil", place)
        between = self.op("Sub", place, low)
        low, high = self.to_int(low), self.to_int(high)
        wanted = self.op("Unsqueeze", self.op("Add", high, self.number(1)), self.ints(0))
        falling = self.ops("TopK", 2, value, wanted, axis=axis, largest=1, sorted=1)[0]
        first = self.op("Gather", falling, low, axis=axis)
        second = self.op("Gather", falling, high, axis=axis)
        return self.op("Add", first, self.op("Mul", between, self.op("Sub", second, first)))

    # ---- the end -----------------------------------------------------------------------------------------

    def model(
        self,
        inputs: dict[str, tuple[Any, list[Any]]],
        outputs: dict[str, tuple[str, Any, list[Any]]],
    ) -> onnx.ModelProto:
        """Close the graph: `inputs` by name with type and shape, `outputs` by name with value, type and shape."""
        for name, (value, _, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [name], name=name))
        graph = helper.make_graph(
            self.nodes,
            "gyeol",
            [helper.make_tensor_value_info(n, kind, shape) for n, (kind, shape) in inputs.items()],
            [helper.make_tensor_value_info(n, kind, shape) for n, (_, kind, shape) in outputs.items()],
            list(self.constants.values()),
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="gyeol"
        )
        model.ir_version = IR_VERSION
        model.doc_string = PLACE
        return model
