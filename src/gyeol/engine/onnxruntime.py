"""An exported detector in ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from gyeol.detect.reference import Reference
from gyeol.detect.verdict import Verdict
from gyeol.engine import graph
from gyeol.engine.sealed import read_sealed
from gyeol.errors import ModelError
from gyeol.files import printable


class OnnxRuntimeJudge:
    """Judge images with an exported graph, each image on one core.

    Parameters
    ----------
    path : Path
        An .onnx file.
    heat : bool
        Whether its verdicts have heat maps.

    Raises
    ------
    ModelError
        If the file is damaged or not one of gyeol's.
    """

    threshold_: float
    margin_: float
    reference_: Reference

    def __init__(self, path: Path, heat: bool = True) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # From memory, so that what runs is what was checked, and no other file can be drawn in.
        content, _ = read_sealed(path)
        try:
            self._session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            black = {graph.INPUT: np.zeros((64, 64), np.uint8)}
            graph.check_form(path, self._session.run([graph.SCHEMA], black)[0])
            names = [graph.THRESHOLD, graph.MARGIN, *graph.REFERENCE.values(), *graph.VERDICT]
            threshold, margin, *rest = self._session.run(names, black)
        except ModelError:
            raise
        except Exception as error:  # its errors have no common base but this
            reason = (str(error).strip().splitlines() or ["it cannot be read"])[-1]
            raise ModelError(
                f"{printable(path)} is damaged or not an exported gyeol model ({printable(reason)[:120]}); "
                "export it again"
            ) from error
        self._wanted = graph.wanted(heat)
        kept = dict(zip(graph.REFERENCE, rest, strict=False))
        self.threshold_, self.margin_, self.reference_ = graph.settings(path, threshold, margin, kept)

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge a grey image (H, W) uint8; may be called from several threads."""
        image = np.ascontiguousarray(pixels)
        values = self._session.run(self._wanted, {graph.INPUT: image})
        return graph.verdict(dict(zip(self._wanted, values, strict=True)))
