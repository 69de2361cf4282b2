"""Handing a command's result on as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gyeol.files import atomic_file


def as_json(result: dict[str, Any], output: Path | None, printed: bool) -> None:
    """Write a result to `output`, where there is one, and to stdout, where it is to be printed."""
    text = json.dumps(result, indent=2, ensure_ascii=False)
    if output is not None:
        with atomic_file(output) as stream:
            stream.write(text + "\n")
    if printed:
        click.echo(text)
