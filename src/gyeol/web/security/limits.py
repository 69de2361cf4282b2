"""No request may send more, take longer or be one of more than the server can bear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gyeol.web.security.answer import refuse


class TooLargeError(Exception):
    """More bytes came than may."""


class Limits:
    """Count a request's bytes as they come, its seconds, and how many requests with a body there are at once.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    body_bytes : int
        The most that one request may send, whatever it says of itself.
    in_memory_bytes : int
        The same for all but `uploads`: these go to the disk as they come, any other body is held in memory.
    uploads : frozenset of str
        Addresses that take images.
    seconds : float
        The longest that sending it, or working on it, may take.
    at_once : int
        Requests with a body that are taken at the same time: each may fill `body_bytes` of the disk.
    count : callable
        Told the reason of each refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        body_bytes: int,
        seconds: float,
        at_once: int,
        count: Callable[[str], None],
        *,
        in_memory_bytes: int,
        uploads: frozenset[str],
    ) -> None:
        self.app, self.body_bytes, self.seconds, self.count = app, body_bytes, seconds, count
        self.in_memory_bytes, self.uploads = min(body_bytes, in_memory_bytes), uploads
        self._free = at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "")
        if scope["type"] != "http" or (length in ("", "0") and "transfer-encoding" not in headers):
            await self.app(scope, receive, send)
            return
        most = self.body_bytes if scope["path"] in self.uploads else self.in_memory_bytes
        if len(length) > 18 or (
            length.isdecimal() and int(length) > most
        ):  # of 5,000 digits, int() makes an error
            await self._too_large(scope, receive, send, most)
            return
        if self._free <= 0:
            self.count("busy")
            busy = "too many uploads at once; try again in a few seconds"
            await refuse(scope, receive, send, 429, busy, {"Retry-After": "3"})
            return
        self._free -= 1
        try:
            await self._counted(scope, receive, send, most)
        finally:
            self._free += 1

    async def _counted(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        came, late = 0, asyncio.get_running_loop().time() + self.seconds
        over = slow = whole = answered = False

        async def counting() -> Message:
            nonlocal came, over, slow, whole
            if over or slow:
                raise TooLargeError
            try:
                async with asyncio.timeout_at(None if whole else late):
                    message = await receive()
            except TimeoutError:
                slow = True
                raise TooLargeError from None
            came += len(message.get("body", b""))
            whole = whole or not message.get(
                "more_body", False
            )  # what follows is only that the client has gone
            if came > most:
                over = True
                raise TooLargeError
            return message

        async def noting(message: Message) -> None:
            nonlocal answered
            if over or slow:
                return  # what the application makes of the broken body is not what the client should read
            answered = True
            await send(message)

        try:
            await self.app(scope, counting, noting)
        except Exception:
            if not (over or slow):
                raise
        if answered or not (over or slow):
            return
        if over:
            await self._too_large(scope, receive, send, most, unread=not whole)
        else:
            self.count("slow")
            told = f"the request took longer than {self.seconds:.0f} s to send"
            await refuse(scope, receive, send, 408, told, unread=False)

    async def _too_large(
        self, scope: Scope, receive: Receive, send: Send, most: int, unread: bool = True
    ) -> None:
        self.count("size")
        told = f"{most / 2**20:.0f} MiB" if most >= 2**20 else f"{most} bytes"
        told = f"more than {told} in one request; send less at once"
        await refuse(scope, receive, send, 413, told, unread=unread)
