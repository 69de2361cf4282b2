"""Only this server's own page may act on it: Host against DNS rebinding, Origin against forged requests."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gyeol.web.security.answer import refuse

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class OriginGuard:
    """Refuse requests that are addressed to another name, or come from another site's page.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    hosts : frozenset of str
        Names under which the server may be addressed, without the port. Bare addresses always may.
    count : callable
        Told the reason of each refusal.

    Notes
    -----
    A browser sends ``Origin`` with every request that can change something, and ``Sec-Fetch-Site`` with all; programs
    such as curl send neither, and need not be protected from other sites.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], count: Callable[[str], None]) -> None:
        self.app, self.hosts, self.count = app, hosts, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if len(named) != 1 or not self._known(_name(named[0])):
            self.count("host")
            await refuse(
                scope, receive, send, 421, "this server is not addressed by that name; see --host-name"
            )
            return
        site = headers.get("sec-fetch-site", "none")
        foreign = scope["method"] not in _SAFE and not self._own(
            headers.get("origin"), named[0], scope["scheme"]
        )
        embedded = (
            site not in ("same-origin", "none") and headers.get("sec-fetch-mode", "navigate") != "navigate"
        )
        if foreign or embedded or (site not in ("same-origin", "none") and scope["method"] not in _SAFE):
            self.count("origin")
            await refuse(scope, receive, send, 403, "another site's page may not use this server")
            return
        await self.app(scope, receive, send)

    def _known(self, name: str) -> bool:
        if name in self.hosts:
            return True
        try:  # a bare address cannot be made to point elsewhere, as a name can
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    @staticmethod
    def _own(origin: str | None, host: str, scheme: str) -> bool:
        if origin is None:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        # Behind a proxy that speaks TLS the page's scheme is https and ours is http; the name and port decide.
        return parts.scheme in (scheme, "https") and parts.netloc.lower() == host.lower()


def _name(host: str) -> str:
    """Take the name from ``name:port`` or ``[v6]:port``; empty where it is neither."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
