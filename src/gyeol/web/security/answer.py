"""Refusing a request in one JSON line, from a middleware."""

from __future__ import annotations

import asyncio

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

_MOST, _LONGEST = 16 * 2**20, 5.0
"""Bytes and seconds that are given to the rest of a refused body."""


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    *,
    unread: bool = True,
) -> None:
    """Answer with a status and ``{"detail": ...}``; the connection is closed, for of a long body a part stays unread.

    What is `unread` of a usual body is read first: closing on a client that is still sending resets the connection, and
    the client never hears why.
    """
    if unread:
        await _pass_over(receive)
    response = JSONResponse({"detail": detail}, status, headers={"Connection": "close", **(headers or {})})
    await response(scope, receive, send)


async def _pass_over(receive: Receive) -> None:
    came = 0
    try:
        async with asyncio.timeout(_LONGEST):
            while came < _MOST:
                message = await receive()
                came += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
