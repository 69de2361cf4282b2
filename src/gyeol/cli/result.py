"""Handing a command's result on as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gyeol.files import atomic_file

option = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")


def as_json(result: dict[str, Any], output: Path | None, printed: bool) -> None:
    """Write a result to `output`, where there is one, and to stdout, where it is to be printed.

    Paths are written as they were given. What is no finite number becomes null, for JSON has no other.
    """
    text = json.dumps(_plain(result), indent=2, ensure_ascii=False, allow_nan=False)
    if output is not None:
        with atomic_file(output) as stream:
            stream.write(text + "\n")
    if printed:
        click.echo(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return str(value) if isinstance(value, Path) else value
