"""Handing out the verdicts in the forms that other programs read."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from gyeol.review.exports import EXPORTS
from gyeol.web.routes.shared import Here, problems
from gyeol.web.served import Served

router = APIRouter(prefix="/api", tags=["export"])
_TYPES = {"zip": "application/zip", "csv": "text/csv; charset=utf-8", "json": "application/json"}


@router.get("/export/{form}", response_class=FileResponse, responses=problems(401, 422, 429, 503))
async def export(form: Literal["competition", "csv", "coco", "labelme"], served: Here) -> FileResponse:
    """Give all verdicts: the competition's layout (to train on), a table, COCO or LabelMe."""
    path = await served.soon(partial(_write, served, form), unwanted=_remove)
    day = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return FileResponse(
        path,
        media_type=_TYPES[path.suffix[1:]],
        filename=f"review-{form}-{day}{path.suffix}",
        background=BackgroundTask(_remove, path),
    )


def _remove(path: Path) -> None:
    shutil.rmtree(path.parent, ignore_errors=True)


def _write(served: Served, form: str) -> Path:
    write, extension = EXPORTS[form]
    folder = Path(tempfile.mkdtemp(prefix="gyeol-export-"))
    try:
        write(served.database, folder / f"review.{extension}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder / f"review.{extension}"
