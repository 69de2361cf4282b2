"""Refusing a request in one JSON line, from a middleware."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
) -> None:
    """Answer with a status and ``{"detail": ...}``; the connection is closed, for the body may be unread."""
    response = JSONResponse({"detail": detail}, status, headers={"Connection": "close", **(headers or {})})
    await response(scope, receive, send)
