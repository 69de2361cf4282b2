"""What an image file may ask of a decoder, looked at before one sees it: small files can ask for hours or gigabytes."""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO

from gyeol.errors import DataError

MAX_BYTES = 144 * 2**20
"""Bytes of a file: 4,096 x 4,096 pixels of four 16-bit channels, uncompressed, have 128 MiB."""
MAX_PIECES = 65536
"""Chunks of a PNG, or values of one tag of a TIFF: each costs a decoder microseconds, whatever it holds."""
MAX_SEGMENTS = 2048
"""Segments before the pixels of a JPEG. A long colour profile has up to 255."""
MAX_BESIDE = 32 * 2**20
"""Bytes of all that is beside the pixels (texts, profiles, EXIF), which decoders copy several times."""
MAX_EXIF = 2**20
"""Bytes of EXIF in a JPEG: Pillow joins its segments one by one, in a time that grows with the square."""
MAX_SCANS = 200
"""Passes over the picture in a JPEG; progressive ones have about ten. Every pass costs the time of all pixels."""
MAX_RUNS = 2 * 2**20
"""Bytes of a run-length-coded BMP, which Pillow decodes in Python, run by run."""
MAX_TILE = 4096
"""Side of a TIFF's tile, which is decoded whole, however small the image."""

_TILE_SIDES = (322, 323)
_UNITS = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_TEXTS = (1, 2, 7)  # bytes, characters, undefined: kept as they are, not as one object each
_AGAIN = "save it again as an 8-bit grey PNG"


def check_bounds(stream: BinaryIO, name: str) -> None:
    """Refuse a file that asks for more than any image of 4,096 by 4,096 pixels needs.

    Parameters
    ----------
    stream : file
        Opened for reading bytes; left anywhere.
    name : str
        What to call it in the error.

    Raises
    ------
    DataError
        One line. What is merely damaged is not looked for: that is the decoder's part.
    """
    size = stream.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise DataError(
            f"{name}: {size / 2**20:,.0f} MiB is too large for an image, it may have {MAX_BYTES // 2**20}; {_AGAIN}"
        )
    stream.seek(0)
    head = stream.read(34)
    if head.startswith(b"\x89PNG"):
        _check_png(stream, name)
    elif head.startswith(b"\xff\xd8"):
        _check_jpeg(stream, name)
    elif head.startswith(b"BM"):
        if head[30:34] in (b"\1\0\0\0", b"\2\0\0\0") and size > MAX_RUNS:
            raise _too_much(name, f"a run-length-coded BMP of {size / 2**20:,.1f} MiB", MAX_RUNS // 2**20)
    elif head[:2] in (b"II", b"MM"):
        _check_tiff(stream, head, name)


def _too_much(name: str, what: str, most: int) -> DataError:
    return DataError(f"{name}: {what}, where {most:,} is the most that is read; {_AGAIN}")


def _check_png(stream: BinaryIO, name: str) -> None:
    """Walk over the chunks, up to the last one or the end of the file; Pillow does not check the sum of the pixels."""
    place, pieces, beside = 8, 0, 0
    while True:
        stream.seek(place)
        start = stream.read(8)
        if len(start) < 8 or start[4:] == b"IEND":
            return
        length = int.from_bytes(start[:4], "big")
        place += length + 12
        pieces += 1
        if start[4:] == b"IDAT" and not _is_whole(stream, length):
            raise DataError(
                f"{name}: damaged, the checksum of its pixels is wrong; copy it again, or {_AGAIN}"
            )
        beside += 0 if start[4:] in (b"IDAT", b"fdAT") else length
        if pieces > MAX_PIECES:
            raise _too_much(name, "too many chunks", MAX_PIECES)
        if beside > MAX_BESIDE:
            raise _too_much(name, "too many MiB of texts and profiles", MAX_BESIDE // 2**20)


def _is_whole(stream: BinaryIO, length: int) -> bool:
    """Compare a chunk of pixels with its checksum; what is cut short is for the decoder to say."""
    found = zlib.crc32(b"IDAT")
    while length > 0 and (block := stream.read(min(length, 2**20))):
        found = zlib.crc32(block, found)
        length -= len(block)
    told = stream.read(4)
    return length > 0 or len(told) < 4 or int.from_bytes(told, "big") == found


def _check_jpeg(stream: BinaryIO, name: str) -> None:
    """Walk over the segments before the pixels, then count the scans."""
    place, segments, beside, exif = 2, 0, 0, 0
    while True:
        stream.seek(place)
        start = stream.read(10)
        if len(start) < 4 or start[0] != 0xFF or start[1] == 0xDA:
            break
        if start[1] == 0xFF or start[1] == 0 or 0xD0 <= start[1] <= 0xD8:  # filling, or without a length
            place += 1 if start[1] == 0xFF else 2
            length = 0
        else:
            length = int.from_bytes(start[2:4], "big")
            place += 2 + max(2, length)
        segments += 1
        beside += length
        exif += length if start[1] == 0xE1 and start[4:8] == b"Exif" else 0
        if segments > MAX_SEGMENTS:
            raise _too_much(name, "too many segments before the pixels", MAX_SEGMENTS)
        if beside > MAX_BESIDE or exif > MAX_EXIF:
            most = (MAX_EXIF if exif > MAX_EXIF else MAX_BESIDE) // 2**20
            raise _too_much(name, "too many MiB of texts and profiles", most)
    scans, last = 0, b""
    stream.seek(place)
    while block := stream.read(2**20):
        # Within coded pixels 0xFF is always followed by 0 or a restart, so this is a scan's start.
        scans += (last + block).count(b"\xff\xda")
        last = block[-1:]
        if scans > MAX_SCANS:
            raise _too_much(name, "too many passes over the picture (scans)", MAX_SCANS)


def _check_tiff(stream: BinaryIO, head: bytes, name: str) -> None:
    """Look at the entries of the first directory, the only one that is read."""
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    where = (
        struct.unpack(f"{order}Q", head[8:16])
        if big
        else struct.unpack(f"{order}L", head[4:8].ljust(4, b"\0"))
    )
    counted, entry = ("Q", "HHQ8s") if big else ("H", "HHL4s")
    stream.seek(min(where[0], 2**62))
    start = stream.read(struct.calcsize(counted))
    entries = struct.unpack(order + counted, start)[0] if len(start) == struct.calcsize(counted) else 0
    if entries > MAX_SEGMENTS:
        raise _too_much(name, f"{entries:,} entries in its directory", MAX_SEGMENTS)
    width = struct.calcsize(order + entry)
    body = stream.read(width * entries)
    for tag, kind, count, value in struct.iter_unpack(order + entry, body[: len(body) // width * width]):
        if kind not in _TEXTS and count > MAX_PIECES:
            raise _too_much(name, f"{count:,} values of its entry {tag}", MAX_PIECES)
        if _UNITS.get(kind, 1) * count > MAX_BYTES:
            raise _too_much(name, f"{count:,} bytes of its entry {tag}", MAX_BYTES)
        if tag in _TILE_SIDES and kind in (3, 4, 16) and count == 1:
            side = struct.unpack_from(order + {3: "H", 4: "L", 16: "Q"}[kind], value.ljust(8, b"\0"))[0]
            if side > MAX_TILE:
                raise _too_much(name, f"tiles with a side of {side:,} pixels", MAX_TILE)
