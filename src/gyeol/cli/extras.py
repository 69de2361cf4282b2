"""Saying which optional part is missing."""

from __future__ import annotations

from importlib.util import find_spec

from gyeol.errors import MissingExtraError


def need_training() -> None:
    """Make sure that the parts which training and predicting need are installed.

    Raises
    ------
    MissingExtraError
        With the command that installs them.
    """
    lacking = [name for name in ("torch", "cv2", "safetensors") if find_spec(name) is None]
    if lacking:
        raise MissingExtraError(
            f"this command needs {', '.join(lacking)}; install it with: pip install 'gyeol[train]'"
        )


def need_web() -> None:
    """Make sure that the parts which serving needs are installed.

    Raises
    ------
    MissingExtraError
        With the command that installs them.
    """
    lacking = [
        name
        for name in ("fastapi", "uvicorn", "python_multipart", "prometheus_client")
        if find_spec(name) is None
    ]
    if lacking:
        raise MissingExtraError(
            f"this command needs {', '.join(lacking)}; install it with: pip install 'gyeol[train,web]'"
        )
