"""Running the application until it is told to stop, and then stopping without losing anything."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from gyeol.errors import OutputError
from gyeol.web.security.patience import PatientProtocol

_PATIENCE = 20
"""Seconds that requests under way are given to end."""
_CONNECTIONS = 256
"""The next one is answered with 503: a client that reads slowly keeps up to a picture, 16 MiB, waiting for it."""


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach what is bound to an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """Bind to an address; port 0 takes a free one.

    Raises
    ------
    OutputError
        If it is taken, or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"cannot listen on {host}:{port}: {reason}; give another --port or --host"
        ) from error
    return bound


def run(app: ASGIApp, bound: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first. `announce` is called when it listens."""
    server(app, announce).run(sockets=[bound])


def server(app: ASGIApp, announce: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """Make a server whose ``should_exit`` stops it, too.

    Nothing is written to an access log: addresses and names of images are nobody's business.
    """
    return _Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            http=PatientProtocol,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_PATIENCE,
            h11_max_incomplete_event_size=32 * 1024,
            proxy_headers=False,
            ws="none",
            lifespan="on",
        ),
        announce,
    )


class _Server(uvicorn.Server):
    """Takes a signal for the wish to stop, and ends in the usual way; uvicorn's own kills the process after all."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and only then say so: who is told the address may call, or stop it, at once."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to SIGINT and SIGTERM while serving; outside of the main thread, as in tests, to none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(each, self.handle_exit) for each in wanted]
        try:
            yield
        finally:
            for each, handler in zip(wanted, before, strict=True):
                signal.signal(each, handler)
