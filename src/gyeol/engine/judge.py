"""What judges an image: a detector itself, or an exported one in a fast runtime."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.reference import Reference
from gyeol.detect.verdict import Verdict
from gyeol.errors import MissingExtraError, ModelError
from gyeol.files import printable

ENGINES = ("auto", "torch", "openvino", "onnxruntime")
EXPORTED = (".onnx", ".xml")


class Judge(Protocol):
    """Judges one image at a time; may be called from several threads at once.

    Attributes
    ----------
    threshold_ : float
        Score above which an image is called defective.
    margin_ : float
        How near to the threshold another engine may answer otherwise; 0 for the detector itself.
    reference_ : Reference or None
        What the training images were like; None where a plugin's detector has not kept it.
    """

    threshold_: float

    @property
    def margin_(self) -> float: ...  # noqa: D102

    @property
    def reference_(self) -> Reference | None: ...  # noqa: D102

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge a grey image (H, W)."""
        ...


def open_judge(
    model: Path, engine: str = "auto", workers: int = 1, threads: int | None = None, *, heat: bool = True
) -> Judge:
    """Open a detector with the fastest engine that fits it.

    Parameters
    ----------
    model : Path
        A detector's folder, or a file from `gyeol export` (.onnx, or .xml of OpenVINO).
    engine : {"auto", "torch", "openvino", "onnxruntime"}
        auto: torch for a folder; for an exported file OpenVINO, or ONNX Runtime where only that is installed.
    workers : int
        Images that OpenVINO judges at the same time; what else is asked of it waits.
    threads : int or None
        Threads that OpenVINO may compute with, divided among these images; by default as many as there are cores.
    heat : bool
        Whether heat maps are wanted. Without, those of an exported model are empty, and it is a little faster.

    Raises
    ------
    ModelError
        If there is no model, it is damaged, or the engine cannot read it.
    MissingExtraError
        If the engine, or what a plugin needs, is not installed.
    """
    if model.suffix.lower() not in EXPORTED:
        if engine not in ("auto", "torch"):
            raise ModelError(
                f"{printable(model)}: {engine} reads exported models; make one with: "
                f"gyeol export {printable(model)} DATA -o {printable(model)}.onnx"
            )
        if lacking := [name for name in ("torch", "cv2", "scipy", "safetensors") if find_spec(name) is None]:
            raise MissingExtraError(
                f"{printable(model)}: judging with a training's folder needs {', '.join(lacking)}; install "
                "'gyeol[train]', or give a file from gyeol export, which needs neither"
            )
        from gyeol.plugins.opening import load_detector

        return load_detector(model)
    if engine == "torch":
        raise ModelError(f"{printable(model)}: torch reads a training's folder, not exported models")
    if not model.is_file():
        raise ModelError(
            f"no model at {printable(model)}; make one with: gyeol export MODEL DATA -o {model.name}"
        )
    if engine == "auto":
        engine = "openvino" if find_spec("openvino") or not find_spec("onnxruntime") else "onnxruntime"
    if find_spec(engine) is None:
        raise MissingExtraError(f"{engine} is not installed; install it with: pip install {engine}")
    if engine == "onnxruntime":
        from gyeol.engine.onnxruntime import OnnxRuntimeJudge

        return OnnxRuntimeJudge(model, heat)
    from gyeol.engine.openvino import OpenVinoJudge

    return OpenVinoJudge(model, workers, threads, heat)
