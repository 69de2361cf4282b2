"""An exported detector in ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from gyeol.detect.verdict import Verdict
from gyeol.engine import graph
from gyeol.errors import ModelError
from gyeol.files import printable


class OnnxRuntimeJudge:
    """Judge images with an exported graph, each image on one core.

    Parameters
    ----------
    path : Path
        An .onnx file.

    Raises
    ------
    ModelError
        If the file is damaged or not one of gyeol's.
    """

    threshold_: float

    def __init__(self, path: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            black = {graph.INPUT: np.zeros((64, 64), np.uint8)}
            form, threshold = self._session.run([graph.SCHEMA, graph.THRESHOLD], black)
        except Exception as error:  # its errors have no common base but this
            reason = (str(error).strip().splitlines() or ["it cannot be read"])[-1]
            raise ModelError(
                f"{printable(path)} is damaged or not an exported gyeol model ({printable(reason)[:120]}); "
                "export it again"
            ) from error
        if int(form) != graph.FORM:
            raise ModelError(
                f"{printable(path)} is of form {int(form)} and this gyeol reads form {graph.FORM}; "
                "export it again, or update gyeol"
            )
        self.threshold_ = float(threshold)

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge a grey image (H, W) uint8; may be called from several threads."""
        image = np.ascontiguousarray(pixels)
        values = self._session.run(list(graph.VERDICT), {graph.INPUT: image})
        return graph.verdict(dict(zip(graph.VERDICT, values, strict=True)))
