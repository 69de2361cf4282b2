"""Saying which optional part is missing."""

from __future__ import annotations

from importlib.util import find_spec

from gyeol.errors import MissingExtraError


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
