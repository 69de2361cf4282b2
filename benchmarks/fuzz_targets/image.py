"""Fuzz the reading of images and masks. Run by benchmarks/fuzz.py."""

from __future__ import annotations

import io
import struct
import zlib

import atheris

with atheris.instrument_imports(include=["gyeol", "PIL"]):
    from PIL import Image, PngImagePlugin, TiffImagePlugin  # noqa: F401

    from gyeol.data import png
    from gyeol.data.image import image_header, is_black, read_image, read_mask

import numpy as np
from shared import fuzz, place, refused

FILE = place() / "fuzzed.png"
png.cores = lambda: 1  # however many there are, the fast decoder is fuzzed, too


def one(data: bytes) -> None:
    compare(data)
    FILE.write_bytes(data)
    refused(lambda: image_header(FILE), FILE.name)
    if not refused(lambda: check(read_image(FILE)), FILE.name):
        refused(lambda: read_mask(FILE), FILE.name)
        refused(lambda: is_black(FILE), FILE.name)


def compare(data: bytes) -> None:
    """What the fast decoder takes, Pillow reads as the same pixels or calls damaged."""
    plain = png.read_plain_png(io.BytesIO(data))
    if plain is None:
        return
    try:
        own = np.asarray(Image.open(io.BytesIO(data)))
    except Exception:
        return
    assert (plain == own).all()


def check(pixels: np.ndarray) -> None:
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2
    assert 64 <= min(pixels.shape) <= max(pixels.shape) <= 4096


def mend(data: bytes, seed: int) -> bytes:
    """Give a PNG's chunks right checksums, three times of four: what lies behind them is to be reached, too."""
    if seed % 4 == 0 or not data.startswith(b"\x89PNG"):
        return data
    mended, place = bytearray(data), 8
    while place + 12 <= len(mended):
        end = place + 8 + int.from_bytes(mended[place : place + 4], "big")
        if end + 4 > len(mended):
            break
        mended[end : end + 4] = struct.pack(">I", zlib.crc32(mended[place + 4 : end]))
        place = end + 4
    return bytes(mended)


def seeds() -> dict[str, bytes]:
    """Write a small image in every form that is read."""
    ramp = Image.fromarray(np.tile(np.arange(66, dtype=np.uint8) * 3, (65, 1)))
    wide = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257)
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "surface", zip=True)
    text.add_itxt("title", "결", zip=True)
    exif = Image.Exif()
    exif[274] = 6
    forms: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "png": (ramp, "PNG", {"pnginfo": text, "exif": exif, "icc_profile": b"profile" * 20}),
        "pngplain": (ramp, "PNG", {}),
        "png16": (wide, "PNG", {}),
        "png1": (ramp.convert("1"), "PNG", {}),
        "pngp": (ramp.convert("RGB").quantize(4), "PNG", {"transparency": 1}),
        "pngla": (ramp.convert("LA"), "PNG", {}),
        "apng": (ramp, "PNG", {"save_all": True, "append_images": [ramp.rotate(90)]}),
        "jpg": (ramp, "JPEG", {"exif": exif, "quality": 30}),
        "jpgc": (ramp.convert("CMYK"), "JPEG", {"progressive": True, "quality": 20}),
        "bmp": (ramp.convert("1"), "BMP", {}),
        "bmpp": (ramp.convert("RGB").quantize(4), "BMP", {}),
        "tif": (ramp.convert("1"), "TIFF", {"exif": exif}),
        "tif16": (wide, "TIFF", {"compression": "tiff_deflate"}),
        "tiff": (ramp.convert("F"), "TIFF", {"compression": "tiff_lzw"}),
        "tifj": (ramp.convert("RGB"), "TIFF", {"compression": "jpeg"}),
        "tifg": (ramp.convert("1"), "TIFF", {"compression": "group4"}),
        "tifm": (ramp, "TIFF", {"compression": "packbits", "save_all": True, "append_images": [ramp]}),
        "tifb": (ramp.convert("RGBA"), "TIFF", {"big_tiff": True, "compression": "tiff_deflate"}),
    }
    made = {}
    for name, (image, form, options) in forms.items():
        stream = io.BytesIO()
        image.save(stream, form, **options)
        made[name] = stream.getvalue()
    return made


if __name__ == "__main__":
    fuzz(one, seeds(), mend)
