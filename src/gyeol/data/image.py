"""Reading one image file into grey bytes, whatever it is, or saying in one line why not."""

from __future__ import annotations

import contextlib
import ctypes
import io
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ImageOps, _imaging
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from gyeol.data.bounds import check_bounds
from gyeol.data.png import read_plain_png
from gyeol.errors import DataError
from gyeol.files import printable

# Pillow warns on stderr of odd metadata, and libtiff of damage. The pixels are read all the same, or the one line of
# ours says why not. Once and for all, because turning these off and on again is not safe among threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
with contextlib.suppress(
    OSError, AttributeError
):  # a Pillow without libtiff, or with one that cannot be reached
    ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)

MIN_SIDE = 64
MAX_SIDE = 4096

# The readers are called directly, not through Image.open: the file's first bytes choose one, never its name;
# formats that nobody meant to feed in stay out; and Image.open *warns* about large images on stderr
# before our own, stricter, limit could refuse them in one line.
_READERS: tuple[tuple[bytes, type[ImageFile]], ...] = (
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"\xff\xd8\xff", JpegImageFile),
    (b"BM", BmpImageFile),
    (b"II*\x00", TiffImageFile),
    (b"MM\x00*", TiffImageFile),
    (b"II+\x00", TiffImageFile),
    (b"MM\x00+", TiffImageFile),
)
_ORIENTATION = 274  # the EXIF tag
_PHOTOMETRIC = 262  # the TIFF tag; 0 means that zero is white
_BITS_PER_SAMPLE = 258
_EXIF_HOLDERS = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")
_RESAVE = "save it again as an 8-bit grey PNG"


def read_image(path: Path | str) -> NDArray[np.uint8]:
    """Read an image file as 8-bit grey.

    PNG, JPEG, BMP and TIFF are read, told apart by content. What the file holds is brought to grey by its
    mode alone, never by what this one picture happens to contain, so that equal surfaces stay equal:

    - colour by ITU-R 601 luma (0.299 R + 0.587 G + 0.114 B); palette and CMYK through RGB;
    - transparency is composited on black; a fully opaque alpha channel changes nothing;
    - 1 bit as 0 and 255; 16 bit by the full range (65,535 is 255), also when a camera fills only the lower
      12 bits of it, unless a TIFF says that its samples have 12 bits;
    - 32-bit integers and floats have no agreed white: integers must lie in 0..65,535 and are then 16 bit,
      floats must lie in 0..1;
    - EXIF orientation is applied;
    - of several pages or frames, the first (of an animated PNG, the default image).

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    ndarray of uint8, shape (H, W)
        Grey values, 0 is black. The array is the caller's own and may be written to. H and W are 64 to 4,096.

    Raises
    ------
    DataError
        One line with the file, what is wrong and what to do: it is missing, may not be read, is empty, is
        no image, is truncated or damaged, is too small or too large, or holds values of an unknown scale.
    """
    path, name = Path(path), printable(path)
    with _file(path) as stream:
        with contextlib.suppress(OSError):  # the reader below meets it, too, and says it
            if (plain := read_plain_png(stream)) is not None:
                height, width = plain.shape
                _check_size(width, height, name)
                return plain
        with _decoded(stream, name) as image:
            return _to_grey(image, name)


def read_image_bytes(content: bytes, name: str) -> NDArray[np.uint8]:
    """Read what is in an image file, where there is no file: :func:`read_image`, errors naming it `name`."""
    return read_image_stream(io.BytesIO(content), name)


def read_image_stream(stream: BinaryIO, name: str) -> NDArray[np.uint8]:
    """Read an open file from its start, whatever its place is: :func:`read_image`, errors naming it `name`."""
    with _decoded(stream, printable(name)) as image:
        return _to_grey(image, printable(name))


def read_mask(
    path: Path, shape: tuple[int, int] | None = None, image: Path | None = None
) -> NDArray[np.bool_]:
    """Read the file that marks where a defect is.

    The brightest channel counts. A mask whose largest value is below 32 holds labels (0/1, or 0, 1, 2, ...):
    all but 0 is marked. Otherwise, what is brighter than half of the largest value is marked, which leaves
    out the noise that JPEG puts around a drawn mask.

    Parameters
    ----------
    path : Path
        The mask file, in any form that :func:`read_image` reads.
    shape : (int, int), optional
        The height and width of the image that it belongs to.
    image : Path, optional
        That image, to be named in the error.

    Returns
    -------
    ndarray of bool, shape (H, W)
        At least one pixel is True.

    Raises
    ------
    DataError
        If the file cannot be read, has another size than ``shape``, or marks nothing.
    """
    of = f"the mask of {printable(image)}" if image is not None else "a mask"
    with _opened(path) as opened:
        height, width = opened.height, opened.width
        if shape is not None and (height, width) != tuple(shape):
            raise DataError(
                f"{printable(path)}: {of} is {width}x{height} pixels, but the image is "
                f"{shape[1]}x{shape[0]}; draw it again at the image's size, or remove it"
            )
        values = _mask_values(opened)
    peak = values.max()
    if not peak > 0:
        raise DataError(f"{printable(path)}: {of} marks no pixel; mark the defect, or remove the mask")
    labels = peak < 32 and values.dtype.kind != "f"
    return np.asarray(values > (0 if labels else peak / 2))


def is_black(path: Path) -> bool:
    """Tell whether a mask file marks nothing, which is how some data sets say that an image is normal.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    with _opened(path) as opened:
        return not _mask_values(opened).max() > 0


def image_header(path: Path) -> tuple[int, int, str]:
    """Read an image's size and mode without decoding its pixels.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    width, height : int
        As :func:`read_image` would return it, except that a JPEG's or PNG's EXIF orientation isn't applied.
    mode : str
        Pillow's name for what is in the file: ``"L"``, ``"RGB"``, ``"I;16"`` and so on.

    Raises
    ------
    DataError
        As :func:`read_image`, as far as the header shows it.
    """
    with _opened(path, decode=False) as image:
        return image.width, image.height, image.mode


@contextlib.contextmanager
def _opened(path: Path, decode: bool = True) -> Iterator[ImageFile]:
    """Open an image, check its size, decode and turn it upright; any failure is a DataError."""
    with _file(path) as stream, _decoded(stream, printable(path), decode) as image:
        yield image


def _file(path: Path) -> BinaryIO:
    """Open a file for reading, or say why not."""
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise DataError(_why_unreadable(printable(path), error)) from error


@contextlib.contextmanager
def _decoded(stream: BinaryIO, name: str, decode: bool = True) -> Iterator[ImageFile]:
    """Read an image from an open file."""
    try:
        stream.seek(0)
        reader = _reader(stream.read(8), name)
        check_bounds(stream, name)
        stream.seek(0)
        image = reader(stream)
        _check_size(*image.size, name)
        if decode:
            image.load()
            _turn_upright(image)
    except DataError:
        raise
    # Pillow's decoders meet damage as OSError, SyntaxError, ValueError, struct.error, zlib.error,
    # KeyError, OverflowError and more; to the user all of them are a file that cannot be decoded.
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise DataError(_why_unreadable(name, error)) from error
        raise DataError(_why_damaged(name, error)) from error
    yield image


def _reader(head: bytes, name: str) -> type[ImageFile]:
    """Choose the reader by the file's first bytes."""
    if not head:
        raise DataError(f"{name}: the file is empty (0 bytes); copy it again")
    for signature, reader in _READERS:
        if head.startswith(signature):
            return reader
    raise DataError(f"{name}: not a PNG, JPEG, BMP or TIFF image, whatever its name says; convert it to PNG")


def _check_size(width: int, height: int, name: str) -> None:
    """Refuse by the header alone what is too small to judge or too large to hold."""
    if min(width, height) < MIN_SIDE:
        raise DataError(
            f"{name}: {width}x{height} pixels is too small, a side needs {MIN_SIDE}; "
            f"leave it out, or scale all images up alike"
        )
    if max(width, height) > MAX_SIDE:
        raise DataError(
            f"{name}: {width}x{height} pixels is too large, a side may have {MAX_SIDE}; cut or scale it down"
        )


def _turn_upright(image: ImageFile) -> None:
    """Apply the EXIF orientation, if the file has one (Pillow has already done it for TIFF)."""
    if not any(holder in image.info for holder in _EXIF_HOLDERS):
        return  # the common case, kept fast
    with contextlib.suppress(Exception):  # broken EXIF is no reason to refuse sound pixels
        if image.getexif().get(_ORIENTATION, 1) != 1:
            ImageOps.exif_transpose(image, in_place=True)


def _why_unreadable(name: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{name}: no such file; check the name, or whether it was moved while being read"
    if isinstance(error, PermissionError):
        return f"{name}: permission denied; allow reading it (chmod +r)"
    if isinstance(error, IsADirectoryError):
        return f"{name}: a folder, not an image; give a file"
    reason = getattr(error, "strerror", None) or str(error)
    return f"{name}: cannot be read ({reason}); check the name and the disk"


def _why_damaged(name: str, error: Exception) -> str:
    reason = printable(str(error)).strip() or type(error).__name__
    ended_early = isinstance(error.__cause__, (IndexError, EOFError, struct.error))  # within the header
    if ended_early or "truncated" in reason.lower():
        return f"{name}: the image is truncated; copy it again, or leave it out"
    if "unknown pixel mode" in reason.lower():
        return f"{name}: a kind of pixels that gyeol does not read; {_RESAVE}"
    return f"{name}: damaged, it cannot be decoded ({reason[:120]}); copy it again, or {_RESAVE}"


def _to_grey(image: ImageFile, name: str) -> NDArray[np.uint8]:
    """Bring any mode to 8-bit grey, as :func:`read_image` documents."""
    mode = image.mode
    if mode == "L" and "transparency" not in image.info:
        return np.array(image, dtype=np.uint8)
    if mode in ("1", "RGB", "L") and "transparency" not in image.info:
        return np.array(image.convert("L"), dtype=np.uint8)
    if mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"):
        return _composited(image)
    if mode.startswith("I;16"):
        return _from_wide(_wide_values(image), _white(image))
    if mode in ("I", "F"):
        white = 1.0 if mode == "F" else 65535.0
        values = np.asarray(image)
        if not (values.min() >= 0 and values.max() <= white):  # also catches NaN
            raise DataError(
                f"{name}: {'float' if mode == 'F' else '32-bit'} values outside 0..{white:.0f}, "
                f"so black and white are unknown; scale all images alike to 8 or 16 bit"
            )
        return _from_wide(values, white)
    raise DataError(f"{name}: colour mode {mode} is not supported; {_RESAVE}")


def _composited(image: ImageFile) -> NDArray[np.uint8]:
    """Grey of a colour or transparent image, over black."""
    if "A" not in image.mode.upper() and "transparency" not in image.info:
        return np.array(image.convert("RGB").convert("L"), dtype=np.uint8)
    full = image.convert("RGBA")
    grey = np.array(full.convert("L"), dtype=np.uint8)
    alpha = np.asarray(full.getchannel("A"))
    if alpha.min() == 255:
        return grey
    return np.asarray((grey.astype(np.uint16) * alpha + 127) // 255, dtype=np.uint8)


def _wide_values(image: ImageFile) -> NDArray[np.uint16]:
    """16-bit samples with zero as black."""
    values = np.asarray(image).astype(np.uint16)
    tags = getattr(image, "tag_v2", {})
    # Pillow inverts 8-bit TIFFs whose zero is white, but not 16-bit ones.
    return np.asarray(_white(image) - values if tags.get(_PHOTOMETRIC, 1) == 0 else values)


def _white(image: ImageFile) -> np.uint16:
    """Tell the largest sample that a 16-bit file can hold; only a TIFF may say that it is less."""
    bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (16,))[0]
    return np.uint16(2**bits - 1)


def _from_wide(
    values: NDArray[np.uint16] | NDArray[np.float32], white: np.uint16 | float
) -> NDArray[np.uint8]:
    """Scale 0..white to 0..255, rounding to the nearest."""
    return (values.astype(np.float32) * np.float32(255 / float(white)) + np.float32(0.5)).astype(np.uint8)


def _mask_values(image: ImageFile) -> NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]:
    """Take the brightest channel of a mask, unscaled: labels such as 1 of 65,535 must survive."""
    if image.mode.startswith("I;16"):
        return _wide_values(image)
    if image.mode in ("L", "I", "F") and "transparency" not in image.info:
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    full = np.asarray(image.convert("RGBA"))
    visible = full[..., 3] > 127
    return np.asarray(full[..., :3].max(axis=2) * visible)
