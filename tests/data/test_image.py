from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gyeol.data.image import image_header, is_black, read_image, read_image_bytes, read_mask
from gyeol.errors import DataError

RAMP = np.tile(np.arange(256, dtype=np.uint8), (64, 1))


def save(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def refused(path: Path, *words: str) -> str:
    """Assert that reading fails with one line that names the file, and return it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning would be a second line on stderr
        with pytest.raises(DataError) as caught:
            read_image(path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for word in (path.name, ";", *words):
        assert word in message
    return message


@pytest.mark.parametrize("extension", ["png", "bmp", "tif"])
def test_grey_comes_back_byte_for_byte(tmp_path: Path, extension: str) -> None:
    pixels = read_image(save(Image.fromarray(RAMP), tmp_path / f"a.{extension}"))
    np.testing.assert_array_equal(pixels, RAMP)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    image = Image.fromarray(RAMP)
    image.save(tmp_path / "a.bmp", format="PNG")
    np.testing.assert_array_equal(read_image(tmp_path / "a.bmp"), RAMP)


@pytest.mark.parametrize(
    "name", ["a b.png", "결함 사진.png", "🧵.png", "a\nb.png", "-x.png", "x" * 250 + ".png"]
)
def test_odd_names(tmp_path: Path, name: str) -> None:
    np.testing.assert_array_equal(read_image(save(Image.fromarray(RAMP), tmp_path / name)), RAMP)


def test_sixteen_bit_is_scaled_by_the_full_range(tmp_path: Path) -> None:
    wide = RAMP.astype(np.uint16) * 257
    for extension in ("png", "tif"):
        path = save(Image.fromarray(wide), tmp_path / f"a.{extension}")
        np.testing.assert_array_equal(read_image(path), RAMP)
    # 12 bits in a 16-bit file stay dark, as scaling by each image's own maximum makes equals differ.
    path = save(Image.fromarray(RAMP.astype(np.uint16) * 16), tmp_path / "dark.png")
    assert read_image(path).max() == 16


def _tiff(samples: bytes, width: int, height: int, bits: int, photometric: int) -> bytes:
    tags = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, photometric)]
    tags += [(273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(samples))]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return (
        b"II*\0"
        + struct.pack("<I", 8 + len(samples))
        + samples
        + struct.pack("<H", len(tags))
        + body
        + b"\0" * 4
    )


def test_tiff_that_says_twelve_bits_is_scaled_by_them(tmp_path: Path) -> None:
    pair = 0xFFF << 12 | 0x800  # two samples: white and half
    (tmp_path / "a.tif").write_bytes(_tiff(pair.to_bytes(3, "big") * 32 * 64, 64, 64, 12, 1))
    assert read_image(tmp_path / "a.tif")[0, :2].tolist() == [255, 128]


def test_wide_tiff_whose_zero_is_white_is_inverted(tmp_path: Path) -> None:
    samples = np.full((64, 64), 65535, "<u2")
    samples[0, 0] = 0
    (tmp_path / "a.tif").write_bytes(_tiff(samples.tobytes(), 64, 64, 16, 0))
    assert read_image(tmp_path / "a.tif")[0, :2].tolist() == [255, 0]


def test_integers_and_floats_of_unknown_scale(tmp_path: Path) -> None:
    unit = (RAMP / 255).astype(np.float32)
    np.testing.assert_array_equal(read_image(save(Image.fromarray(unit), tmp_path / "unit.tif")), RAMP)
    whole = RAMP.astype(np.int32) * 257
    np.testing.assert_array_equal(read_image(save(Image.fromarray(whole), tmp_path / "whole.tif")), RAMP)
    for name, bad in (("a", unit * 255), ("b", unit - 0.1), ("c", unit * np.nan), ("d", whole * 2)):
        refused(save(Image.fromarray(bad), tmp_path / f"{name}.tif"), "black and white are unknown")


def test_colour_by_luma_and_through_palette_and_cmyk(tmp_path: Path) -> None:
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    assert read_image(save(red, tmp_path / "rgb.png"))[0, 0] == 76
    assert read_image(save(red.quantize(4), tmp_path / "p.png"))[0, 0] == 76
    assert abs(int(read_image(save(red.convert("CMYK"), tmp_path / "cmyk.jpg"))[0, 0]) - 76) <= 2
    assert read_image(save(Image.new("1", (64, 64), 1), tmp_path / "1.png"))[0, 0] == 255


def test_alpha_is_composited_on_black_and_does_nothing_when_opaque(tmp_path: Path) -> None:
    for mode in ("LA", "RGBA"):
        image = Image.fromarray(RAMP).convert(mode)
        np.testing.assert_array_equal(read_image(save(image, tmp_path / f"{mode}.png")), RAMP)
        image.putalpha(128)
        pixels = read_image(save(image, tmp_path / f"{mode}half.png"))
        np.testing.assert_allclose(pixels, RAMP * (128 / 255), atol=0.5)
    path = save(Image.fromarray(RAMP), tmp_path / "key.png", transparency=200)
    assert read_image(path)[0, [199, 200, 201]].tolist() == [199, 0, 201]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (70, 90), dtype=np.uint8))
    exif = Image.Exif()
    exif[274] = orientation
    want = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, 2).T,
        8: np.rot90,
    }[orientation](np.asarray(image))
    for extension in ("png", "tif"):
        path = save(image, tmp_path / f"a.{extension}", exif=exif)
        np.testing.assert_array_equal(read_image(path), want)


def test_first_of_several_frames(tmp_path: Path) -> None:
    first, second = Image.fromarray(RAMP), Image.fromarray(255 - RAMP)
    for extension in ("png", "tif"):
        path = save(first, tmp_path / f"a.{extension}", save_all=True, append_images=[second])
        np.testing.assert_array_equal(read_image(path), RAMP)


def test_sizes(tmp_path: Path) -> None:
    assert read_image(save(Image.new("L", (64, 4096)), tmp_path / "edge.png")).shape == (4096, 64)
    refused(save(Image.new("L", (63, 100)), tmp_path / "small.png"), "63x100", "64")
    refused(save(Image.new("L", (100, 4097)), tmp_path / "large.png"), "100x4097", "4096")


def test_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")))
    refused(path, "60000x60000")


def test_text_bomb_in_a_png(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * 3_000_000, zip=True)
    refused(save(Image.fromarray(RAMP), tmp_path / "a.png", pnginfo=info), "damaged")


def test_what_is_no_image(tmp_path: Path) -> None:
    for name, content, word in (
        ("empty.png", b"", "0 bytes"),
        ("text.png", b"hello, I am text", "not a PNG"),
        ("gif.png", b"GIF89a" + b"\0" * 100, "not a PNG"),
        ("head.png", b"\x89PNG\r\n\x1a\n", "truncated"),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, word)
    refused(tmp_path / "missing.png", "no such file")
    refused(tmp_path / "null\0.png".replace("\0", "") / "deeper.png", "no such file")
    (tmp_path / "folder.png").mkdir()
    refused(tmp_path / "folder.png", "folder")
    with pytest.raises(DataError, match="null"):
        read_image(Path("a\0.png"))


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(Image.fromarray(RAMP), tmp_path / "a.png")  # chmod would not stop root

    def denied(self: Path, *_: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    refused(path, "permission denied", "chmod")


@pytest.mark.parametrize("extension", ["png", "jpg", "bmp", "tif"])
def test_every_truncation_is_refused(tmp_path: Path, extension: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    whole = save(Image.fromarray(noise), tmp_path / f"whole.{extension}").read_bytes()
    path = tmp_path / f"cut.{extension}"
    for length in (9, 30, len(whole) // 2, len(whole) * 9 // 10):
        path.write_bytes(whole[:length])
        refused(path)


def test_newline_in_a_name_stays_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nb.png").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        read_image(tmp_path / "a\nb.png")
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    extension=st.sampled_from(["png", "jpg", "bmp", "tif"]),
    mode=st.sampled_from(["L", "RGB", "1"]),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=6),
)
def test_damage_gives_an_image_or_one_line(
    tmp_path: Path, extension: str, mode: str, flips: list[tuple[float, int]]
) -> None:
    buffer = io.BytesIO()
    names = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "tif": "TIFF"}
    Image.fromarray(RAMP).convert(mode).save(buffer, names[extension])
    content = bytearray(buffer.getvalue())
    for place, change in flips:
        content[int(place**3 * len(content))] ^= change  # mostly in the header
    path = tmp_path / "fuzzed"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels = read_image(path)
        except DataError as error:
            lines = str(error).splitlines()
            assert len(lines) == 1
        else:
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 2


@pytest.mark.parametrize(
    ("background", "mark"),
    [(0, 255), (0, 1), (4, 250), (0, 2)],
    ids=["usual", "labels", "jpeg noise", "label 2"],
)
def test_mask_values(tmp_path: Path, background: int, mark: int) -> None:
    pixels = np.full((64, 80), background, np.uint8)
    pixels[10:20, 30:50] = mark
    for mode in ("L", "RGB"):
        got = read_mask(save(Image.fromarray(pixels).convert(mode), tmp_path / f"{mode}.png"), (64, 80))
        assert got.dtype == np.bool_
        np.testing.assert_array_equal(got, pixels == mark)


def test_mask_keeps_all_labels_and_any_colour(tmp_path: Path) -> None:
    labels = np.zeros((64, 64), np.uint16)
    labels[0, :3] = [1, 2, 3]
    for pixels in (labels, labels.astype(np.uint8)):
        assert read_mask(save(Image.fromarray(pixels), tmp_path / "a.png")).sum() == 3
    blue = Image.new("RGB", (64, 64))
    blue.putpixel((5, 7), (0, 0, 255))
    blue.putpixel((6, 7), (0, 255, 0))
    for image in (blue, blue.quantize(4)):
        assert np.argwhere(read_mask(save(image, tmp_path / "b.png"))).tolist() == [[7, 5], [7, 6]]


def test_mask_of_another_size_or_without_a_mark_names_both_files(tmp_path: Path) -> None:
    path = save(Image.new("L", (64, 80)), tmp_path / "mask.png")
    for shape, word in (((80, 64), "marks no pixel"), ((64, 80), "64x80 pixels, but the image is 80x64")):
        with pytest.raises(DataError, match=word) as caught:
            read_mask(path, shape, image=tmp_path / "image.png")
        assert "mask.png" in str(caught.value)
        assert "image.png" in str(caught.value)


def test_header_is_read_without_the_pixels(tmp_path: Path) -> None:
    path = save(Image.new("RGB", (70, 90)), tmp_path / "a.bmp")
    path.write_bytes(path.read_bytes()[:60])
    assert image_header(path) == (70, 90, "RGB")
    refused(path)


def test_bytes_are_read_like_a_file_and_named_in_errors(tmp_path: Path) -> None:
    content = save(Image.fromarray(RAMP), tmp_path / "a.png").read_bytes()
    np.testing.assert_array_equal(read_image_bytes(content, "a.png"), RAMP)
    with pytest.raises(DataError, match=r"^s3://bucket/a\\n.png: the image is truncated; copy it again"):
        read_image_bytes(content[: len(content) // 2], "s3://bucket/a\n.png")
    wide = save(Image.fromarray(np.full((64, 64), 2.0, np.float32)), tmp_path / "a.tif").read_bytes()
    with pytest.raises(DataError, match=r"^s3://bucket/a\\n.tif: float values outside 0..1"):
        read_image_bytes(wide, "s3://bucket/a\n.tif")


def test_a_mask_is_black_when_nothing_in_it_is_marked(tmp_path: Path) -> None:
    one = np.zeros((64, 64), np.uint8)
    one[3, 4] = 1
    assert is_black(save(Image.fromarray(one * 0), tmp_path / "black.png"))
    assert not is_black(save(Image.fromarray(one), tmp_path / "one.png"))
    with pytest.raises(DataError, match=r"none.png: no such file"):
        is_black(tmp_path / "none.png")


def test_a_mask_of_16_bits_keeps_its_scale_and_from_32_on_it_is_grey(tmp_path: Path) -> None:
    grey = [(65535, 1000, False), (65535, 40000, True), (32, 16, False), (32, 17, True)]
    for peak, noise, marked in (*grey, (31, 1, True)):
        values = np.zeros((64, 64), np.uint16)
        values[0, 0], values[1, 1] = peak, noise
        mask = read_mask(save(Image.fromarray(values), tmp_path / "mask.png"))
        assert (mask[0, 0], mask[1, 1], mask[2, 2]) == (True, marked, False)


def test_a_mask_is_named_with_its_image_if_that_is_known(tmp_path: Path) -> None:
    path = save(Image.new("L", (64, 64)), tmp_path / "mask.png")
    with pytest.raises(DataError, match=r"mask\.png: a mask marks no pixel"):
        read_mask(path)
    with pytest.raises(DataError, match=r"mask\.png: the mask of .*image\.png marks no pixel"):
        read_mask(path, image=tmp_path / "image.png")


def test_pixels_of_a_kind_that_nobody_reads_are_called_that(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(_tiff(bytes(64 * 64), 64, 64, 3, 1))
    refused(tmp_path / "a.tif", "a kind of pixels that gyeol does not read")
    refused(
        save(Image.new("LAB", (64, 64)), tmp_path / "lab.tif"), "lab.tif: colour mode LAB is not supported"
    )


def test_masks_of_every_mode_are_marked_where_they_are_bright(tmp_path: Path) -> None:
    values = np.zeros((64, 64), np.float32)
    values[0, 0], values[1, 1] = 1.0, 0.2
    hidden = Image.new("RGBA", (64, 64), (255, 255, 255, 0))
    hidden.putpixel((0, 0), (255, 255, 255, 255))
    for name, mask in (
        ("float", Image.fromarray(values)),
        ("whole", Image.fromarray((values * 60000).astype(np.int32))),
        ("bit", Image.fromarray(values > 0.5)),
        ("hidden", hidden),
    ):
        marked = read_mask(save(mask, tmp_path / f"{name}.tif"))
        assert np.argwhere(marked).tolist() == [[0, 0]], name


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_no_reason_to_refuse_sound_pixels(tmp_path: Path) -> None:
    path = save(Image.fromarray(RAMP), tmp_path / "a.png", exif=b"Exif\0\0MM\0*\xff\xff\xff\xf0broken")
    np.testing.assert_array_equal(read_image(path), RAMP)
