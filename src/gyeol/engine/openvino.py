"""An exported detector in OpenVINO."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from gyeol.cores import cores
from gyeol.detect.arithmetic import bf16_pays
from gyeol.detect.reference import Reference
from gyeol.detect.verdict import Verdict
from gyeol.engine import graph
from gyeol.engine.sealed import read_sealed
from gyeol.errors import ModelError
from gyeol.files import printable

ANY = (0, 0)
"""What the plan for images of all other sizes is kept under."""


class OpenVinoJudge:
    """Judge images with an exported graph.

    Parameters
    ----------
    path : Path
        An .onnx file, or the .xml of an .xml and .bin pair.
    workers : int
        Images that it judges at the same time; what else is asked of it waits.
    threads : int or None
        Threads to compute with, divided among these images; by default as many as there are cores.
    heat : bool
        Whether its verdicts have heat maps.
    fastest : bool
        Whether a graph meant for bfloat16 is computed in float32 where the processor is faster in that.

    Raises
    ------
    ModelError
        If the file is damaged or not one of gyeol's.
    """

    threshold_: float
    margin_: float
    reference_: Reference

    def __init__(
        self, path: Path, workers: int, threads: int | None = None, heat: bool = True, fastest: bool = True
    ) -> None:
        core = ov.Core()
        # From memory, so that what runs is what was checked, and no other file can be drawn in.
        content, weights = read_sealed(path)
        try:
            model = core.read_model(content, weights)
            graph.check_form(path, _constant(model, graph.SCHEMA))
            threshold, margin, usual, precision = (
                _constant(model, name)
                for name in (graph.THRESHOLD, graph.MARGIN, graph.USUAL, graph.PRECISION)
            )
            kept = {name: _constant(model, output) for name, output in graph.REFERENCE.items()}
            for name in graph.VERDICT:
                model.output(name)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else "it cannot be read"
            raise ModelError(
                f"{printable(path)} is damaged or not an exported gyeol model ({printable(reason)[:120]}); "
                "export it again"
            ) from error
        self.threshold_, self.margin_, self.reference_ = graph.settings(path, threshold, margin, kept)
        self._wanted = graph.wanted(heat)
        if not heat:  # what nobody asks for is not computed
            model.remove_result(model.output(graph.HEAT).get_node())
        shape = int(usual[0]), int(usual[1])
        low = graph.PRECISIONS[int(precision)] == "bf16" and (bf16_pays() or not fastest)
        self._settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if low else "f32",
            "INFERENCE_NUM_THREADS": max(workers, threads or cores()),
            "NUM_STREAMS": workers,
        }
        # One plan for the usual shape, which runs a tenth faster, and one for all others, made when it is needed: an
        # image's score must not depend on which came first.
        self._core, self._model, self._making = core, model, threading.Lock()
        self._plans: dict[tuple[int, ...], Any] = {}
        if all(shape):
            with contextlib.suppress(RuntimeError):
                usual_alone = model.clone()
                usual_alone.reshape({graph.INPUT: shape})
                self._plans[shape] = core.compile_model(usual_alone, "CPU", self._settings)
        self._own = threading.local()
        if not self._plans:
            self._plan(ANY)

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge a grey image (H, W) uint8; may be called from several threads."""
        shape = pixels.shape if pixels.shape in self._plans else ANY
        requests: dict[tuple[int, ...], Any] = self._own.__dict__.setdefault("requests", {})
        if shape not in requests:
            requests[shape] = self._plan(shape).create_infer_request()
        done = requests[shape].infer({graph.INPUT: np.ascontiguousarray(pixels)}, share_outputs=True)
        return graph.verdict({name: done[name] for name in self._wanted})

    def _plan(self, shape: tuple[int, ...]) -> Any:
        with self._making:
            if shape not in self._plans:
                self._plans[shape] = self._core.compile_model(self._model, "CPU", self._settings)
            return self._plans[shape]


def _constant(model: Any, name: str) -> NDArray[Any]:
    """Read an output that does not depend on the image."""
    node = model.output(name).get_node()
    while node.get_type_name() != "Constant":
        if node.get_input_size() != 1:
            raise RuntimeError(f"output {name} is no constant")
        node = node.input_value(0).get_node()
    return np.asarray(node.data)
