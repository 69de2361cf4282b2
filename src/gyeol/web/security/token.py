"""Who does not know the token gets the bare page and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gyeol.web.security.answer import refuse

COOKIE = "gyeol_token"
SHORTEST = 16
"""Characters of a token; what is generated has 43."""
_OPEN = ("/health", "/ready", "/api/login")


def same(given: str, token: str) -> bool:
    """Compare in a time that does not depend on where they differ, nor on the length."""
    return hmac.compare_digest(
        hashlib.sha256(given.encode()).digest(), hashlib.sha256(token.encode()).digest()
    )


class TokenGuard:
    """Ask for the token: ``Authorization: Bearer ...``, or the cookie that ``/api/login`` sets.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    token : str
        Empty: nothing is asked for.
    count : callable
        Told of each refusal.
    """

    def __init__(self, app: ASGIApp, token: str, count: Callable[[str], None]) -> None:
        self.app, self.token, self.count = app, token, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        free = scope["type"] != "http" or not self.token or self._open(scope["path"])
        if not free and not same(_given(Headers(scope=scope)), self.token):
            self.count("token")
            headers = {"WWW-Authenticate": "Bearer"}
            await refuse(scope, receive, send, 401, "the token is missing or wrong", headers)
            return
        await self.app(scope, receive, send)

    @staticmethod
    def _open(path: str) -> bool:
        # The page itself holds nothing secret: it is the same for everybody, and asks for the token.
        return path in _OPEN or path == "/" or path.startswith("/static/")


def _given(headers: Headers) -> str:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""
