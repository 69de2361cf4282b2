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


def report_can_be_made() -> bool:
    """Tell whether the parts that a report needs are installed; if not, say how to get them."""
    if all(find_spec(name) is not None for name in ("jinja2", "matplotlib")):
        return True
    from gyeol.cli.display import say

    say("no report: pip install 'gyeol[report]' brings what makes it")
    return False
