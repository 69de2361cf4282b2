"""Reading a JSON file that a user gives, or saying in one line why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gyeol.errors import DataError
from gyeol.files import printable

_MAX_BYTES = 1 << 30
"""COCO's own instances_train2017.json has 450 MB; this stops a wrong, huge file from filling memory."""


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    DataError
        If it is missing, cannot be read, is far too large, or is no JSON.
    """
    name = printable(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{name}: too large for annotations; check that it is the right file")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise DataError(f"{name}: no such file; check the name") from error
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{name}: cannot be read ({reason}); check name and rights") from error
    except (ValueError, RecursionError) as error:  # no JSON, or no UTF-8
        raise DataError(f"{name}: no JSON ({printable(error)[:80]}); write the annotations again") from error
