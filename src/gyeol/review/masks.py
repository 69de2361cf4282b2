"""A mask that somebody drew, as it is kept: a PNG with 0 and 255, of the image's size."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image

from gyeol.data.image import MAX_SIDE
from gyeol.errors import DataError


def clean_mask(png: bytes, shape: tuple[int, int]) -> bytes | None:
    """Check a mask that came from outside and write it anew.

    Parameters
    ----------
    png : bytes
        An image of any colour mode; its brightest channel counts, what is transparent does not.
    shape : (int, int)
        The height and width that it must have.

    Returns
    -------
    bytes or None
        8-bit grey, 0 and 255; None where nothing is marked.

    Raises
    ------
    DataError
        If it is no PNG or of another size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(png), formats=["PNG"])
        if max(image.size) > MAX_SIDE or (image.height, image.width) != shape:  # before a pixel is decoded
            raise DataError(
                f"the mask is {image.width}x{image.height} pixels, but the image is {shape[1]}x{shape[0]}"
            )
        full = np.asarray(image.convert("RGBA"))
    except DataError:
        raise
    except Exception as error:  # Pillow meets damage in many ways; all of them are a mask that cannot be read
        raise DataError("the mask is no PNG image that can be read") from error
    marked = (full[..., :3].max(axis=2) > 127) & (full[..., 3] > 127)
    if not marked.any():
        return None
    stream = io.BytesIO()
    Image.fromarray(np.where(marked, np.uint8(255), np.uint8(0))).save(stream, "PNG", optimize=False)
    return stream.getvalue()
