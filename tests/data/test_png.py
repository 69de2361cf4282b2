"""The fast way to decode a plain PNG gives what Pillow gives, and leaves all else to it."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gyeol.data import image, png
from gyeol.data.image import read_image
from gyeol.data.png import read_plain_png
from gyeol.errors import DataError

SIDES = (70, 90)


@pytest.fixture(autouse=True)
def _few_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "cores", lambda: png.FEW_CORES)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def written(
    rows: bytes,
    *beside: bytes,
    sides: tuple[int, int] = SIDES,
    header: bytes = b"\x08\0\0\0\0",
    piece: int = 1000,
) -> bytes:
    """Write a PNG of filtered rows, its pixels in chunks of `piece` bytes."""
    packed = zlib.compress(rows)
    pixels = [chunk(b"IDAT", packed[at : at + piece]) for at in range(0, len(packed), piece)]
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">II", sides[1], sides[0]) + header)
    return start + b"".join([*beside, *pixels]) + chunk(b"IEND", b"")


def rows_of(filters: NDArray[np.uint8]) -> bytes:
    """Random rows, each after the number of its filter."""
    values = np.random.default_rng(0).integers(0, 256, SIDES, np.uint8)
    return np.concatenate([filters[:, None], values], 1).tobytes()


PLAIN = written(rows_of(np.zeros(SIDES[0], np.uint8)))


def read(content: bytes) -> NDArray[np.uint8] | None:
    return read_plain_png(io.BytesIO(content))


@pytest.mark.parametrize("number", range(5))
def test_every_filter_is_undone_as_pillow_does(number: int) -> None:
    content = written(rows_of(np.full(SIDES[0], number, np.uint8)))
    found = read(content)
    assert found is not None
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, np.asarray(Image.open(io.BytesIO(content))))


def test_the_array_is_the_callers_own() -> None:
    found = read(PLAIN)
    assert found is not None
    found[:] = 7
    again = read(PLAIN)
    assert again is not None
    assert not (again == 7).all()


@pytest.mark.parametrize("kind", [b"gAMA", b"pHYs", b"tIME"])
def test_what_changes_no_value_is_passed_over(kind: bytes) -> None:
    rows = rows_of(np.zeros(SIDES[0], np.uint8))
    contents = {b"gAMA": struct.pack(">I", 45455), b"pHYs": bytes(9), b"tIME": bytes([7, 230, 1, 1, 0, 0, 0])}
    found = read(written(rows, chunk(kind, contents[kind])))
    assert found is not None
    np.testing.assert_array_equal(found, read(PLAIN))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        PLAIN[:20],
        PLAIN[: len(PLAIN) // 2],
        PLAIN[:-12],
        PLAIN[:3000] + bytes([PLAIN[3000] ^ 1]) + PLAIN[3001:],
        written(rows_of(np.zeros(SIDES[0], np.uint8)), chunk(b"tRNS", b"\0\5")),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), chunk(b"eXIf", b"MM\0*\0\0\0\x08")),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), chunk(b"acTL", struct.pack(">II", 1, 0))),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), header=b"\x08\0\0\0\1"),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), header=b"\x10\0\0\0\0"),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), header=b"\x08\2\0\0\0"),
        written(rows_of(np.zeros(SIDES[0], np.uint8))[:-1]),
        written(rows_of(np.full(SIDES[0], 9, np.uint8))),
        written(rows_of(np.zeros(SIDES[0], np.uint8)), piece=20),
        written(rows_of(np.zeros(SIDES[0], np.uint8)) + np.random.default_rng(1).bytes(1000)),
        written(bytes(641 * 640), sides=(640, 640)),
        b"\xff\xd8\xff" + PLAIN,
    ],
    ids=[
        "empty",
        "no header",
        "cut",
        "no end",
        "a bit turned",
        "transparent",
        "turned by EXIF",
        "animated",
        "interlaced",
        "16 bit",
        "colour",
        "too few pixels",
        "no such filter",
        "many pieces",
        "more than pixels",
        "large",
        "no PNG",
    ],
)
def test_all_else_is_left_to_pillow(content: bytes) -> None:
    assert read(content) is None


def test_where_many_threads_read_it_is_left_to_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "cores", lambda: png.FEW_CORES + 1)
    assert read(PLAIN) is None


def test_a_file_is_read_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "_READERS", ())  # without Pillow
    path = tmp_path / "a.png"
    path.write_bytes(PLAIN)
    np.testing.assert_array_equal(read_image(path), read(PLAIN))


def test_its_size_is_checked_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    path.write_bytes(written(bytes(41 * 100), sides=(100, 40)))
    with pytest.raises(DataError, match="40x100 pixels is too small"):
        read_image(path)
