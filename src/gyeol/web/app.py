"""The application: routes, guards in their order, and errors as one line of JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from gyeol import __version__
from gyeol.errors import GyeolError, OutputError
from gyeol.web.background import Background
from gyeol.web.routes import export, health, images, login, model, page, predict, verdicts
from gyeol.web.routes.shared import problems
from gyeol.web.routes.uploads import UPLOADS
from gyeol.web.security.headers import SafeHeaders
from gyeol.web.security.limits import Limits
from gyeol.web.security.measure import Measure
from gyeol.web.security.origin import OriginGuard
from gyeol.web.security.token import TokenGuard
from gyeol.web.served import GoneError, LateError, Served
from gyeol.web.settings import Settings
from gyeol.web.work import BusyError


def create_app(settings: Settings, *, background: bool = True) -> FastAPI:
    """Build the application; the model is loaded and the database opened here.

    Parameters
    ----------
    settings : Settings
        How the server is set.
    background : bool
        Whether what has no score is judged while nobody asks.

    Raises
    ------
    ModelError, DataError, OutputError
        If something that it needs cannot be opened.
    """
    served = Served(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        worker = Background(served)
        if background:
            worker.start()
        try:
            yield
        finally:
            served.ready = False
            if background:
                await run_in_threadpool(worker.close)
            await run_in_threadpool(served.close)

    app = FastAPI(
        title="gyeol",
        version=__version__,
        summary="Texture-surface defect detection: predict, review, decide.",
        docs_url=None,  # FastAPI's pages load scripts from another site
        redoc_url=None,
        lifespan=life,
        responses=problems(400, 401, 413, 422, 429),  # what any request may be answered with
    )
    app.state.served = served
    for each in (page, health, login, predict, images, verdicts, model, export):
        app.include_router(each.router)
    app.mount("/static", StaticFiles(directory=page.STATIC))
    app.add_exception_handler(GyeolError, _explain)
    app.add_exception_handler(TimeoutError, _explain)
    app.add_exception_handler(RequestValidationError, _explain_form)

    def count(reason: str) -> None:
        served.metrics.refused.labels(reason).inc()

    # The last one added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=4096, compresslevel=5)
    app.add_middleware(
        Limits,
        body_bytes=settings.body_bytes,
        seconds=settings.request_seconds,
        at_once=max(4, settings.queue // 4),
        count=count,
        in_memory_bytes=verdicts.MASK_TEXT + 64 * 1024,
        uploads=UPLOADS,
    )
    app.add_middleware(TokenGuard, token=settings.token, count=count)
    app.add_middleware(OriginGuard, hosts=settings.hosts, count=count)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Measure, metrics=served.metrics)
    return app


async def _explain(_: Request, error: Exception) -> JSONResponse:
    """Turn an error that a user can cause into its status; the message is one line already."""
    headers = {}
    status = 422
    if isinstance(error, TimeoutError):
        return JSONResponse(
            {"detail": "the request took too long; send less at once"}, 503, {"Retry-After": "3"}
        )
    if isinstance(error, BusyError | LateError):
        status = 429 if isinstance(error, BusyError) else 503
        headers["Retry-After"] = "3"
    elif isinstance(error, GoneError):
        status = 404
    elif isinstance(error, OutputError):
        status = 507
    return JSONResponse({"detail": str(error)}, status, headers)


async def _explain_form(_: Request, error: Exception) -> JSONResponse:
    """Say what is wrong with a request's form, without sending back what came: it may be long, or no JSON (NaN)."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for nothing else)
    faults = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
    return JSONResponse({"detail": "; ".join(faults[:5])}, 422)
