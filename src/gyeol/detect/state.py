"""The file that a stopped training is taken up from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from gyeol.errors import ModelError
from gyeol.files import atomic_file

FORM = 3
"""Version of what a state holds; only states of the same one are taken up."""


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a state of plain values and tensors, whole or not at all."""
    content = io.BytesIO()  # straight to a full disk, torch raises something that says nothing
    torch.save({**state, "form": FORM}, content)
    with atomic_file(path, "wb") as stream:
        stream.write(content.getbuffer())


def load_state(path: Path) -> dict[str, Any]:
    """Read a state; nothing in the file is run.

    Raises
    ------
    ModelError
        If it cannot be read, or was written by a gyeol whose states hold something else.
    """
    refusal = ModelError(
        f"{path} is no state of a stopped training that can be read; start anew without --resume"
    )
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes torch raise nearly anything
        raise refusal from error
    if not isinstance(state, dict):
        raise refusal
    if state.pop("form", None) != FORM:
        raise ModelError(
            f"{path} was stopped under another version of gyeol; "
            "go on with that version, or start anew without --resume"
        )
    return state
