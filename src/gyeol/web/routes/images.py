"""The images under review: adding, listing, and looking at them."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from gyeol.errors import DataError
from gyeol.files import atomic_file, printable
from gyeol.review.images import add_images
from gyeol.review.listing import columns
from gyeol.review.order import what_next
from gyeol.web.routes.shared import Here, Number, problems
from gyeol.web.routes.uploads import FORM, read_upload, uploaded
from gyeol.web.served import Served

router = APIRouter(prefix="/api", tags=["images"])
Kind = Annotated[int | None, Query(ge=0, le=2**31)]
_KEEP = {"Cache-Control": "private, max-age=86400"}
_PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}},
    **problems(401, 404, 422, 429, 503),
}


class Added(BaseModel):
    """What became of each file: its number, or why it cannot be read."""

    images: list[int]
    errors: list[str]


class Folder(BaseModel):
    """An absolute path on the server."""

    path: str = Field(max_length=4096)


@router.get("/images")
def images(served: Here) -> dict[str, list[Any]]:
    """List all images, column by column."""
    return columns(served.database)


@router.post("/images", openapi_extra=FORM, responses=problems(400, 401, 408, 413, 422, 429, 503, 507))
async def upload(request: Request, served: Here) -> Added:
    """Put images under review. They are kept on the server, under the name of their content."""
    numbers: list[int] = []
    errors: list[str] = []
    async with uploaded(request, served.settings.files) as files:
        async with asyncio.timeout(served.settings.request_seconds):
            for number, file in enumerate(files):
                try:
                    numbers.append(await served.soon(partial(_keep, served, file), patient=number > 0))
                except DataError as error:
                    errors.append(str(error))
    return Added(images=numbers, errors=errors)


@router.get("/folders")
def folders(served: Here) -> list[str]:
    """List the folders with images that may be opened."""
    return [str(path) for path in served.allowed.tree()]


@router.post("/folders", responses=problems(401, 422))
def open_folder(body: Folder, served: Here) -> Added:
    """Put a folder's images under review; they are judged in the background."""
    folder = served.allowed.folder(body.path)
    return Added(images=add_images(served.database, folder, served.allowed.images(folder)), errors=[])


@router.get("/next")
def following(served: Here, kind: Kind = None, limit: int = 500) -> list[int]:
    """Order what nobody has answered: what would change the model most comes first, one kind at a time."""
    return what_next(served.database, served.detector.threshold_, kind, max(1, min(limit, 5000)))


@router.get(
    "/images/{number}/thumbnail",
    response_class=Response,
    responses={**_PNG, 200: {"content": {"image/jpeg": {}}}},
)
async def thumbnail(number: Number, served: Here) -> Response:
    """Give a small JPEG."""
    row = served.image(number)
    # Not by the workers: decoding is short, and must not wait behind judging.
    return Response(
        await served.decode(partial(served.thumbnail, row)), headers=_KEEP, media_type="image/jpeg"
    )


@router.get("/images/{number}/picture", response_class=Response, responses=_PNG)
async def picture(number: Number, served: Here) -> Response:
    """Give the picture as the model sees it: grey, upright, 8 bit, PNG."""
    row = served.image(number)
    return Response(await served.decode(partial(served.picture, row)), headers=_KEEP, media_type="image/png")


@router.get("/images/{number}/heat", response_class=Response, responses=_PNG)
async def heat(number: Number, served: Here) -> Response:
    """Give the heat map: a PNG to lay over the picture, yellow at the threshold, red at three times it."""
    row = served.image(number)
    return Response(await served.soon(partial(served.heat, row)), media_type="image/png")


def _keep(served: Served, file: UploadFile) -> int:
    """Keep an upload under its content's name, so that no name from outside becomes a path."""
    read_upload(file)
    file.file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.file.read(2**20):  # never the whole of it in memory
        digest.update(block)
        size += len(block)
    file.file.seek(0)
    folder = served.settings.uploads.resolve()
    name = f"{digest.hexdigest()[:32]}{_extension(file.file.read(8))}"
    if not (folder / name).exists():
        taken = sum(each.stat().st_size for each in folder.iterdir()) if folder.is_dir() else 0
        if taken + size > served.settings.uploads_bytes:
            raise HTTPException(
                507, "the server keeps as many uploads as it may; remove some, or raise the limit"
            )
        with atomic_file(folder / name, "wb") as stream:
            file.file.seek(0)
            shutil.copyfileobj(file.file, stream)
    title = Path(printable(file.filename or "").replace("\\", "/")).name[:200] or name
    return add_images(served.database, folder, [folder / name], [title])[0]


def _extension(content: bytes) -> str:
    """Name a file by its first bytes, which :func:`gyeol.read_image` has taken for an image."""
    for start, extension in ((b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"), (b"BM", ".bmp")):
        if content.startswith(start):
            return extension
    return ".tif"
