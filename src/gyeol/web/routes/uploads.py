"""Taking images out of a request, within the limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from fastapi import HTTPException, Request
from numpy.typing import NDArray
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException as StarletteHTTPException

from gyeol.data.image import read_image_stream

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}
"""The form, for the documentation: it is read here and not by FastAPI, which would not limit the number of files."""


UPLOADS = frozenset({"/api/predict", "/api/heatmap", "/api/images"})
"""Where the form is taken."""


@asynccontextmanager
async def uploaded(request: Request, most: int) -> AsyncIterator[list[UploadFile]]:
    """Give the files of a form's field ``files``; they are on the disk, not in memory, and go with the block.

    Raises
    ------
    HTTPException
        413 for more than `most` files, 422 for none, 400 for what is no form.
    """
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith("multipart/form-data"):  # the other form of forms is held in memory
        raise HTTPException(422, "no images; send them as multipart/form-data, in the field 'files'")
    try:
        async with request.form(max_files=most, max_fields=8, max_part_size=64 * 1024) as form:
            files = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
            if not files:
                raise HTTPException(422, "no images; send them as the form's field 'files'")
            yield files
    except StarletteHTTPException as error:
        if "Too many files" in str(error.detail):
            raise HTTPException(413, f"more than {most} images in one request; send fewer at once") from error
        raise


def read_upload(file: UploadFile) -> NDArray[np.uint8]:
    """Read an upload's pixels (H, W); its name is for messages only and never a path.

    Raises
    ------
    DataError
        If it cannot be read as an image.
    """
    return read_image_stream(file.file, (file.filename or "upload")[:200])
