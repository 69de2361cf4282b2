"""What people say: writing it, taking it back, and hearing of what the others said."""

from __future__ import annotations

import base64
import binascii
import threading
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gyeol.data.image import read_image
from gyeol.review.images import count_images
from gyeol.review.masks import clean_mask
from gyeol.review.verdicts import Answer, StaleError, changes, say, undo, verdict_of
from gyeol.web.routes.shared import Here, Number, Reviewer, VerdictOut, problems, told
from gyeol.web.served import Served

router = APIRouter(prefix="/api", tags=["review"])


MASK_TEXT = 8 * 2**20
"""Characters of a mask in base64: three times what one of 4,096 by 4,096 pixels takes when every pixel is chance."""
_drawing = threading.Semaphore(2)
"""Masks that are looked at at the same time: each takes up to 200 MiB for a moment."""


class Said(BaseModel):
    """A verdict.

    `version` is the one that you have seen; `mask` is a PNG in base64, null for none, left out to keep what there is.
    """

    reviewer: Reviewer
    version: Annotated[int, Field(ge=0, le=2**53)]
    answer: Answer | None
    mask: Annotated[str | None, Field(max_length=MASK_TEXT)] = None


class Undo(BaseModel):
    """Whose last word is to be taken back."""

    reviewer: Reviewer


class Undone(BaseModel):
    """What is held true now of the image whose verdict was taken back; null: there was nothing to take back."""

    verdict: VerdictOut | None


class Changes(BaseModel):
    """What was said since; ask again with `last`. `images` and `unjudged` say whether the list has to be read again."""

    last: int
    images: int
    unjudged: int
    verdicts: list[VerdictOut]


class Stale(BaseModel):
    """Somebody else was first; `current` is what is held true now."""

    detail: str
    current: VerdictOut


_STALE: dict[int | str, dict[str, Any]] = {409: {"model": Stale}}


@router.get("/images/{number}/verdict", responses=problems(401, 404))
def verdict(number: Number, served: Here) -> VerdictOut:
    """Say what is held true of an image."""
    served.image(number)
    return told(verdict_of(served.database, number))


@router.put(
    "/images/{number}/verdict", responses={**_STALE, **problems(401, 404, 422)}, response_model=VerdictOut
)
def write(number: Number, body: Said, served: Here) -> VerdictOut | Response:
    """Say what an image is. When the answer comes, it is on the disk."""
    served.image(number)
    mask = (
        _mask(number, body, served)
        if "mask" in body.model_fields_set
        else verdict_of(served.database, number).mask
    )
    try:
        now = say(served.database, number, body.version, body.reviewer, body.answer, mask)
    except StaleError as error:
        return _stale(served, error)
    served.metrics.verdicts.labels(body.answer or "none").inc()
    return told(now)


@router.get(
    "/images/{number}/mask",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **problems(401, 404)},
)
def mask(number: Number, served: Here) -> Response:
    """Give the mask that is held true: a grey PNG of the image's size, 255 where the defect is."""
    served.image(number)
    png = verdict_of(served.database, number).mask
    if png is None:
        raise HTTPException(404, "nobody has drawn a mask of this image")
    return Response(png, media_type="image/png")


@router.post("/undo", responses={**_STALE, **problems(401, 422)}, response_model=Undone)
def take_back(body: Undo, served: Here) -> Undone | Response:
    """Take back the last thing that a reviewer said; what others said on top of it stays."""
    try:
        now = undo(served.database, body.reviewer)
    except StaleError as error:
        return _stale(served, error)
    return Undone(verdict=told(now) if now is not None else None)


@router.get("/changes")
def changed(served: Here, since: Annotated[int, Field(ge=0, le=2**62)] = 0) -> Changes:
    """List what was said by anybody since an event."""
    last, verdicts = changes(served.database, since)
    images, unjudged = count_images(served.database, served.weights)
    return Changes(last=last, images=images, unjudged=unjudged, verdicts=[told(each) for each in verdicts])


def _mask(number: int, body: Said, served: Served) -> bytes | None:
    if body.mask is None:
        return None
    try:
        png = base64.b64decode(body.mask, validate=True)
    except (binascii.Error, ValueError) as error:
        raise HTTPException(422, "the mask is not base64") from error
    with _drawing:
        height, width = read_image(served.image(number).path).shape
        return clean_mask(png, (height, width))


def _stale(served: Served, error: StaleError) -> Response:
    served.metrics.stale.inc()
    return JSONResponse(Stale(detail=str(error), current=told(error.current)).model_dump(), 409)
