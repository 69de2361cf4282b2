"""More than two hundred damaged, hostile and unusual images, all made from small valid ones."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

READ, REFUSED, EITHER = "read", "refused", "either"
HEAD = b"\x89PNG\r\n\x1a\n"
Odd = dict[str, tuple[bytes, str]]
"""By name: the file's bytes, and what is to become of it."""

_RNG = np.random.default_rng(7)
GREY = Image.fromarray(_RNG.integers(60, 200, (80, 96), dtype=np.uint8))
MIB = 2**20


def odd_images() -> Odd:
    """Make all of them."""
    return {
        **cut(),
        **flipped(),
        **summed(),
        **declared(),
        **bombs(),
        **shapes(),
        **modes(),
        **turned(),
        **mixed(),
    }


def written(image: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, data: bytes, depth: int = 8, colour: int = 0, laced: int = 0, extra: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, laced)
    return HEAD + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def rows(width: int, height: int) -> bytes:
    """Give uncompressed rows of a grey PNG, each with its filter byte."""
    return b"".join(b"\0" + bytes(n % 256 for n in range(width)) for _ in range(height))


def plain() -> dict[str, bytes]:
    """Write one valid file of every format, with everything beside the pixels that it may have."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "surface", zip=True)
    exif = Image.Exif()
    exif[274] = 1
    profile = b"profile" * 30
    return {
        "png": written(GREY, "PNG", pnginfo=text, exif=exif, icc_profile=profile),
        "jpg": written(GREY, "JPEG", exif=exif, icc_profile=profile, comment=b"surface"),
        "bmp": written(GREY, "BMP"),
        "tif": written(GREY, "TIFF", compression="tiff_deflate", icc_profile=profile),
    }


def parts(name: str, content: bytes) -> Iterator[int]:
    """Give the places where the parts of a file begin."""
    if name == "png":
        place = 8
        while place < len(content):
            yield place
            place += 12 + int.from_bytes(content[place : place + 4], "big")
    elif name == "jpg":
        place = 2
        while content[place + 1] != 0xDA:
            yield place
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        yield place
    elif name == "bmp":
        yield from (2, 10, 14, 18, 26, 28, 54, 54 + 1024)
    else:
        directory = int.from_bytes(content[4:8], "little")
        yield from (4, 8, directory, directory + 2)
        yield from range(directory + 14, directory + 2 + 12 * content[directory], 12)


def cut() -> Odd:
    """Truncate at every chunk, and within it."""
    made: Odd = {}
    for name, content in plain().items():
        for place in parts(name, content):
            for more in (0, 5):
                end = place + more
                complete = name in ("jpg", "tif") or content[place : place + 8].endswith(b"IEND")
                made[f"cut-at-{end}.{name}"] = content[:end], EITHER if complete else REFUSED
        made[f"cut-last.{name}"] = content[:-1], EITHER
        made[f"cut-half.{name}"] = content[: len(content) // 2], EITHER if name == "tif" else REFUSED
    return made


def flipped() -> Odd:
    """Flip bits anywhere."""
    made: Odd = {}
    for name, content in plain().items():
        for number in range(16):
            damaged = bytearray(content)
            for place in _RNG.integers(8, len(content), 1 + number % 4):
                damaged[place] ^= 1 << int(_RNG.integers(8))
            made[f"flipped-{number}.{name}"] = bytes(damaged), EITHER
    return made


def summed() -> Odd:
    """Give each chunk of a PNG a wrong checksum, by turns."""
    content = plain()["png"]
    made: Odd = {}
    for place in parts("png", content):
        end = place + 8 + int.from_bytes(content[place : place + 4], "big")
        kind = content[place + 4 : place + 8].decode()
        damaged = content[:end] + bytes(4) + content[end + 4 :]
        made[f"sum-{kind}.png"] = damaged, REFUSED if kind in ("IHDR", "IDAT") else EITHER
    return made


def declared() -> Odd:
    """Declare sizes that no such file has."""
    made: Odd = {}
    files = plain()
    tif, jpg, bmp = files["tif"], files["jpg"], files["bmp"]
    frame = jpg.index(b"\xff\xc0") + 5
    directory = int.from_bytes(tif[4:8], "little") + 2
    sizes = ((60000, 60000), (2**31 - 1, 2**31 - 1), (4097, 80), (0, 80), (96, 0), (1, 1), (2**31 - 1, 1))
    for width, height in sizes:
        made[f"declared-{width}x{height}.png"] = png(width, height, b""), REFUSED
        head = bmp[:18] + struct.pack("<II", width, height) + bmp[26:]
        made[f"declared-{width}x{height}.bmp"] = head, REFUSED
        if max(width, height) < 65536:
            made[f"declared-{width}x{height}.jpg"] = (
                jpg[:frame] + struct.pack(">HH", height, width) + jpg[frame + 4 :],
                REFUSED,
            )
        changed = bytearray(tif)
        for place in range(directory, directory + 12 * tif[directory - 2], 12):
            tag = int.from_bytes(tif[place : place + 2], "little")
            if tag in (256, 257):
                changed[place + 2 : place + 12] = struct.pack("<HII", 4, 1, width if tag == 256 else height)
        made[f"declared-{width}x{height}.tif"] = bytes(changed), REFUSED
    return made


def tiff(entries: list[tuple[int, int, int, int]], tail: bytes = b"") -> bytes:
    """Write a TIFF of raw entries: tag, type, count, value; `tail` begins at byte 8."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (
        b"II*\0" + struct.pack("<I", 8 + len(tail)) + tail + struct.pack("<H", len(entries)) + body + bytes(4)
    )


def grey_tiff(
    extra: list[tuple[int, int, int, int]], compression: int = 1, tail: bytes = bytes(64 * 64)
) -> bytes:
    """Write a TIFF of 64x64 grey pixels, one entry of each tag; those of `extra` come instead of the usual ones."""
    usual = [(256, 3, 1, 64), (257, 3, 1, 64), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]
    usual += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 64), (279, 4, 1, len(tail))]
    taken = {entry[0] for entry in extra}
    return tiff([entry for entry in usual if entry[0] not in taken] + extra, tail)


def bombs() -> Odd:
    """Ask for gigabytes or hours, from little."""
    large = zlib.compress(bytes(64 * MIB), 9)
    fine = rows(64, 64)
    jpg = written(Image.new("L", (512, 512), 90), "JPEG", progressive=True)
    scan = jpg[jpg.rindex(b"\xff\xda") : -2]
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 6 + 1000) + b"Exif\0\0" + bytes(1000)
    data = bytes(MIB)
    overlap = tiff([(n, 7, MIB, 8) for n in range(1000, 3000)], data)[8:]
    overlap = b"II*\0" + struct.pack("<I", 8 + MIB) + overlap
    rle = struct.pack("<IiiHHIIIIII", 40, 4096, 4096, 1, 8, 1, 0, 0, 0, 256, 0) + bytes(1024)
    strip = zlib.compress(bytes(400 * MIB), 9)
    tile = [(322, 4, 1, 16384), (323, 4, 1, 16384), (324, 4, 1, 8), (325, 4, 1, len(strip))]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as stream:
        stream.writestr("image.png", bytes(16 * MIB))
    return {
        "bomb-ztxt.png": (png(64, 64, fine, extra=chunk(b"zTXt", b"a\0\0" + large)), REFUSED),
        "bomb-itxt.png": (png(64, 64, fine, extra=chunk(b"iTXt", b"a\0\1\0\0\0" + large)), REFUSED),
        "bomb-iccp.png": (png(64, 64, fine, extra=chunk(b"iCCP", b"a\0\0" + large)), REFUSED),
        "bomb-many-texts.png": (png(64, 64, fine, extra=chunk(b"tEXt", b"a\0" + data) * 33), REFUSED),
        "bomb-chunks.png": (png(64, 64, fine, extra=chunk(b"raND", b"") * 70000), REFUSED),
        "bomb-empty-idat.png": (png(64, 64, fine, extra=chunk(b"IDAT", b"") * 70000), REFUSED),
        "bomb-exif.png": (png(64, 64, fine, extra=chunk(b"eXIf", overlap)), EITHER),
        "bomb-exif-long.png": (png(64, 64, fine, extra=chunk(b"eXIf", bytes(40 * MIB))), REFUSED),
        "bomb-idat.png": (png(64, 64, bytes(128 * MIB)), EITHER),
        "bomb-scans.jpg": (jpg[:-2] + scan * 30000 + b"\xff\xd9", REFUSED),
        "bomb-exif.jpg": (jpg[:2] + exif * 2000 + jpg[2:], REFUSED),
        "bomb-segments.jpg": (jpg[:2] + b"\xff\xfe\0\2" * 50000 + jpg[2:], REFUSED),
        "bomb-comments.jpg": (jpg[:2] + (b"\xff\xfe\xff\xff" + bytes(65533)) * 600 + jpg[2:], REFUSED),
        "bomb-runs.bmp": (b"BM" + struct.pack("<III", 0, 0, 1078) + rle + b"\1\0" * (2 * MIB), REFUSED),
        "bomb-overlap.tif": (grey_tiff([(n, 7, MIB, 8) for n in range(1000, 2500)], tail=data), EITHER),
        "bomb-entries.tif": (grey_tiff([(n, 7, 1, 8) for n in range(1000, 60000)]), REFUSED),
        "bomb-offsets.tif": (grey_tiff([(273, 4, MIB, 8)], tail=bytes(4 * MIB)), REFUSED),
        "bomb-rationals.tif": (grey_tiff([(282, 5, MIB, 8)], tail=bytes(8 * MIB)), REFUSED),
        "bomb-tile.tif": (grey_tiff(tile, 8, strip), REFUSED),
        "bomb-strip.tif": (grey_tiff([], 8, strip), EITHER),
        "bomb-gzip.png": (gzip.compress(bytes(16 * MIB)), REFUSED),
        "bomb-zip.png": (archive.getvalue(), REFUSED),
        "bomb-laughs.png": (b"<!DOCTYPE s [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>", REFUSED),
    }


def shapes() -> Odd:
    """Be of any size, from the smallest to what is far too long."""
    made: Odd = {}
    for width, height in ((1, 1), (1, 100000), (100000, 1), (63, 64), (64, 63), (4097, 64)):
        made[f"shape-{width}x{height}.png"] = png(width, height, rows(width, height)), REFUSED
    for width, height in ((64, 64), (64, 4096), (4096, 64), (65, 127)):
        made[f"shape-{width}x{height}.png"] = png(width, height, rows(width, height)), READ
    made["shape-1x1.jpg"] = written(Image.new("L", (1, 1)), "JPEG"), REFUSED
    made["shape-1x1.tif"] = written(Image.new("L", (1, 1)), "TIFF"), REFUSED
    return made


def interlaced() -> bytes:
    """Write a grey PNG in Adam7's seven passes."""
    pixels = np.asarray(GREY)
    data = b""
    for y, x, down, along in (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ):
        data += b"".join(b"\0" + row.tobytes() for row in pixels[y::down, x::along])
    return png(GREY.width, GREY.height, data, laced=1)


def modes() -> Odd:
    """Hold pixels of every kind."""
    colour, wide = GREY.convert("RGB"), np.asarray(GREY).astype(np.uint16) * 257
    palette = colour.quantize(8)
    other = GREY.rotate(180)
    frames = {"save_all": True, "append_images": [other]}
    deep = b"".join(b"\0" + bytes(64 * 6) for _ in range(64))
    made = {
        "mode-1.png": written(GREY.convert("1"), "PNG"),
        "mode-la.png": written(GREY.convert("LA"), "PNG"),
        "mode-rgb.png": written(colour, "PNG"),
        "mode-rgba.png": written(GREY.convert("RGBA"), "PNG"),
        "mode-p.png": written(palette, "PNG"),
        "mode-p-alpha.png": written(palette, "PNG", transparency=bytes(range(0, 256, 32))),
        "mode-p-4bit.png": written(palette, "PNG", bits=4),
        "mode-l-key.png": written(GREY, "PNG", transparency=100),
        "mode-rgb-key.png": written(colour, "PNG", transparency=(100, 100, 100)),
        "mode-i16.png": written(Image.fromarray(wide), "PNG"),
        "mode-rgb16.png": png(64, 64, deep, depth=16, colour=2),
        "mode-la16.png": png(64, 64, b"".join(b"\0" + bytes(64 * 4) for _ in range(64)), depth=16, colour=4),
        "mode-2bit.png": png(64, 64, b"".join(b"\0" + bytes(16) for _ in range(64)), depth=2),
        "mode-interlaced.png": interlaced(),
        "mode-animated.png": written(GREY, "PNG", **frames),
        "mode-animated-no-default.png": written(GREY, "PNG", default_image=True, **frames),
        "mode-cmyk.jpg": written(colour.convert("CMYK"), "JPEG"),
        "mode-ycbcr.jpg": written(colour, "JPEG", subsampling=2),
        "mode-progressive.jpg": written(colour, "JPEG", progressive=True),
        "mode-restart.jpg": written(GREY, "JPEG", restart_marker_rows=1),
        "mode-1.bmp": written(GREY.convert("1"), "BMP"),
        "mode-rgb.bmp": written(colour, "BMP"),
        "mode-rgba.bmp": written(GREY.convert("RGBA"), "BMP"),
        "mode-upside-down.bmp": png_like_bmp(),
        "mode-1.tif": written(GREY.convert("1"), "TIFF", compression="group4"),
        "mode-i16.tif": written(Image.fromarray(wide), "TIFF"),
        "mode-i16-lzw.tif": written(Image.fromarray(wide), "TIFF", compression="tiff_lzw"),
        "mode-i32.tif": written(Image.fromarray(wide.astype(np.int32)), "TIFF"),
        "mode-f32.tif": written(Image.fromarray((wide / 65535).astype(np.float32)), "TIFF"),
        "mode-cmyk.tif": written(colour.convert("CMYK"), "TIFF"),
        "mode-jpeg.tif": written(colour, "TIFF", compression="jpeg"),
        "mode-packbits.tif": written(GREY, "TIFF", compression="packbits"),
        "mode-pages.tif": written(GREY, "TIFF", save_all=True, append_images=[other] * 50),
        "mode-big.tif": written(GREY, "TIFF", big_tiff=True),
    }
    odd: Odd = {name: (content, READ) for name, content in made.items()}
    odd["mode-lab.tif"] = written(colour.convert("LAB"), "TIFF"), REFUSED
    odd["mode-i32-high.tif"] = written(Image.fromarray(wide.astype(np.int32) * 9), "TIFF"), REFUSED
    odd["mode-nan.tif"] = written(Image.fromarray(np.full((64, 64), np.nan, np.float32)), "TIFF"), REFUSED
    odd["mode-infinite.tif"] = (
        written(Image.fromarray(np.full((64, 64), np.inf, np.float32)), "TIFF"),
        REFUSED,
    )
    return odd


def png_like_bmp() -> bytes:
    """Write a BMP whose height is negative: its first row is the upper one, as in a PNG."""
    content = written(GREY, "BMP")
    return content[:22] + struct.pack("<i", -GREY.height) + content[26:]


def turned() -> Odd:
    """Be turned by EXIF, in every way there is and some that there are not."""
    made: Odd = {}
    for orientation in (1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 65535):
        exif = Image.Exif()
        exif[274] = orientation
        for form, name in (("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif")):
            made[f"turned-{orientation}.{name}"] = written(GREY, form, exif=exif), READ
    for number, broken in enumerate(
        (b"", b"MM", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + b"\1\x12\0\3" * 40)
    ):
        made[f"turned-broken-{number}.jpg"] = written(GREY, "JPEG", exif=b"Exif\0\0" + broken), EITHER
        made[f"turned-broken-{number}.png"] = png(64, 64, rows(64, 64), extra=chunk(b"eXIf", broken)), EITHER
    return made


def mixed() -> Odd:
    """Be two things at once, or something else altogether."""
    files = plain()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("a.html", "<script>alert(1)</script>")
    added, html = archive.getvalue(), b"<html><script>alert(1)</script></html>"
    made: Odd = {f"mixed-zip-behind.{name}": (content + added, READ) for name, content in files.items()}
    made |= {f"mixed-zip-before.{name}": (added + content, REFUSED) for name, content in files.items()}
    made |= {f"mixed-html-behind.{name}": (content + html, READ) for name, content in files.items()}
    made |= {f"mixed-named.{name}": (files["png"], READ) for name in ("gif", "svg", "html")}
    jpg = files["jpg"]
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(html)) + html
    made["mixed-html-in.jpg"] = jpg[:2] + comment + jpg[2:], READ
    made["mixed-bom.png"] = b"\xef\xbb\xbf" + files["png"], REFUSED
    made["mixed-text-mode.png"] = files["png"].replace(b"\r\n", b"\n"), REFUSED
    made["mixed-two.png"] = files["png"] * 2, READ
    made["mixed-jpg-then-png.jpg"] = jpg + files["png"], READ
    made["mixed-gif-jpg.jpg"] = b"GIF89a" + jpg, REFUSED
    made["mixed-script.bmp"] = b"BM=1;/*" + files["bmp"][7:], EITHER
    for form in ("GIF", "WEBP", "ICO", "PPM", "TGA", "PCX", "JPEG2000"):
        made[f"other-{form}.png"] = written(GREY, form), REFUSED
    for name, content in (
        ("empty", b""), ("one", b"\x89"), ("zeros", bytes(MIB)), ("random", _RNG.bytes(5000)), ("text", b"hello" * 99),
        ("pdf", b"%PDF-1.7\n" + jpg), ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n"), ("elf", b"\x7fELF" + bytes(99)),
        ("pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR."), ("python", b"import os\n"), ("numpy", b"\x93NUMPY\1\0v\0"),
    ):  # fmt: skip
        made[f"other-{name}.png"] = content, REFUSED
    assert not [name for name in made if not re.fullmatch(r"[\w.-]+", name)]
    return made
