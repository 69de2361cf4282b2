"""Exported files: read whole, no larger than sensible, and with the checksum that they carry in themselves.

A checksum finds what was damaged or changed by chance or by hand. It is no signature: who can write the file can write
another checksum too. Against that, compare `sha256sum` of the file with what its maker says.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from gyeol.errors import ModelError
from gyeol.files import printable

LARGEST = 512 * 2**20
"""Bytes of a file; gyeol's own have a few MiB."""
_MARK = b"gyeol-sha256:"
_EMPTY = b"0" * 64
PLACE = (_MARK + _EMPTY).decode()
"""Text that whoever writes a file puts somewhere into it, once, before :func:`seal`."""
_WITH = b" bin-sha256:"


def seal(content: bytes) -> bytes:
    """Write the checksum of a file's content, in which :data:`PLACE` stands once, into that place."""
    return content.replace(_MARK + _EMPTY, _MARK + hashlib.sha256(content).hexdigest().encode())


def seal_pair(xml: bytes, weights: bytes) -> bytes:
    """Write into OpenVINO's .xml its own checksum and that of its .bin."""
    note = f"<!-- {PLACE}{_WITH.decode()}{hashlib.sha256(weights).hexdigest()} -->\n"
    return seal(xml.rstrip() + b"\n" + note.encode())


def read_sealed(path: Path) -> tuple[bytes, bytes]:
    """Read an exported model: the file, and the .bin beside an .xml (else empty).

    Raises
    ------
    ModelError
        If a file cannot be read, is too large, or its checksum is not right.
    """
    content = _read(path)
    found = re.findall(_MARK + rb"([0-9a-f]{64})", content)
    if len(found) != 1:
        raise ModelError(
            f"{printable(path)} is damaged or not an exported gyeol model (it has no checksum); export it again"
        )
    if hashlib.sha256(content.replace(_MARK + found[0], _MARK + _EMPTY)).hexdigest().encode() != found[0]:
        raise ModelError(
            f"{printable(path)} is damaged or was changed (its checksum is wrong); export it again"
        )
    if path.suffix.lower() != ".xml":
        return content, b""
    beside = path.with_suffix(".bin")
    weights = _read(beside)
    if _WITH + hashlib.sha256(weights).hexdigest().encode() not in content:
        raise ModelError(
            f"{printable(beside)} is damaged or of another export than {printable(path.name)} "
            "(its checksum is not the one there); export again"
        )
    return content, weights


def _read(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > LARGEST:
            raise ModelError(
                f"{printable(path)} has {size / 2**20:,.0f} MiB, an exported gyeol model has a few; give another file"
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {printable(path)}: {error.strerror}; export it again") from error
