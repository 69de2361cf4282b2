"""The work behind `serve`."""

from __future__ import annotations

import socket
from pathlib import Path

from gyeol.cli import result
from gyeol.cli.display import say
from gyeol.data.prediction import images_for_prediction
from gyeol.detect.versions import newest_version
from gyeol.errors import DataError
from gyeol.files import lock_beside, locked, printable
from gyeol.review.images import add_images, read_scores
from gyeol.web.app import create_app
from gyeol.web.served import Served
from gyeol.web.server import is_loopback, listen, run
from gyeol.web.settings import Settings


def serve(
    settings: Settings,
    folders: tuple[Path, ...],
    scores: Path | None,
    host: str,
    port: int,
    as_json: bool = False,
) -> None:
    """Open what is to be reviewed, say where the page is, and serve it until told to stop."""
    with locked(lock_beside(settings.database)):
        bound = listen(host, port)
        with bound:
            app = create_app(settings)
            served: Served = app.state.served
            newest = newest_version(settings.model)
            if newest != settings.model:
                say(f"there is a newer version of this model: {newest}")
            for n, folder in enumerate(folders):
                _open(served, folder, scores if n == 0 else None)
            run(app, bound, lambda: _announce(bound, host, settings, as_json))
    say(f"stopped; every verdict is in {settings.database}")


def _open(served: Served, folder: Path, scores: Path | None) -> None:
    paths, _ = images_for_prediction(folder)
    where = paths[0].parent.resolve()
    if not served.allowed.contains(where):
        raise DataError(f"{printable(folder)}: its images are elsewhere (a link); give that folder itself")
    known = served.allowed.images(where)
    add_images(served.database, where, known)
    told = f"; {read_scores(served.database, where, scores, served.weights):,} have a score" if scores else ""
    say(f"{len(known):,} images in {where}{told}")


def _announce(bound: socket.socket, host: str, settings: Settings, as_json: bool) -> None:
    port = bound.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    # Behind '#', the token is not sent with the address: it stays out of every log; the page reads and hides it.
    secret = f"#token={settings.token}" if settings.token else ""
    address = f"http://{name}:{port}/"
    result.as_json({"url": address, "port": port, "token": settings.token or None}, None, as_json)
    say(f"review page: {address}{secret}   (documentation of the API: /docs; Ctrl-C stops)")
    if not is_loopback(host):
        say(
            "others can reach it, unencrypted: put a proxy that speaks TLS before it where the network is not yours"
        )
