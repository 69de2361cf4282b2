"""Judging images that are sent, without keeping them."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from gyeol.errors import DataError
from gyeol.files import printable
from gyeol.kinds import UNFAMILIAR
from gyeol.web.pictures import heat_picture
from gyeol.web.routes.shared import Here, problems
from gyeol.web.routes.uploads import FORM, read_upload, uploaded
from gyeol.web.served import Served

router = APIRouter(tags=["predict"])


class Judged(BaseModel):
    """What the model says of one image.

    `score` is 0 for a usual good surface of its kind; above the model's threshold the `answer` is 1 (defect). `error`
    says why an image could not be read; all else is null then.
    """

    name: str
    score: float | None = None
    answer: int | None = None
    kind: int | None = None
    distance: float | None = None
    unfamiliar: bool | None = None
    error: str = ""


@router.post("/api/predict", openapi_extra=FORM, responses=problems(400, 401, 408, 413, 422, 429, 503))
async def predict(request: Request, served: Here) -> list[Judged]:
    """Judge one or many images; one answer each, in the order they were sent."""
    async with uploaded(request, served.settings.files) as files:
        places = asyncio.Semaphore(served.settings.workers)  # one request must not fill the queue

        async def judged(number: int, file: UploadFile) -> Judged:
            async with places:
                return await served.soon(partial(_judge, served, file), patient=number > 0)

        async with asyncio.timeout(served.settings.request_seconds):
            return await asyncio.gather(*(judged(number, file) for number, file in enumerate(files)))


@router.post(
    "/api/heatmap",
    openapi_extra=FORM,
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **problems(400, 401, 408, 413, 422, 429, 503)},
)
async def heatmap(request: Request, served: Here) -> Response:
    """Judge one image and give its heat map: a PNG of the image's size, transparent where nothing is odd."""
    async with uploaded(request, 1) as files:
        return Response(await served.soon(lambda: _heat(served, files[0])), media_type="image/png")


def _heat(served: Served, file: UploadFile) -> bytes:
    pixels = read_upload(file)
    return heat_picture(served.judge(pixels).heat, served.detector.threshold_)


def _judge(served: Served, file: UploadFile) -> Judged:
    name = printable(file.filename or "")[:200]
    try:
        pixels = read_upload(file)
    except DataError as error:
        return Judged(name=name, error=str(error))
    verdict = served.judge(pixels)
    return Judged(
        name=name,
        score=verdict.score,
        answer=verdict.answer,
        kind=verdict.kind,
        distance=verdict.distance,
        unfamiliar=verdict.distance > UNFAMILIAR,
    )
