"""`gyeol serve`: the review page and the HTTP API."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from gyeol.cli import result
from gyeol.cli.extras import need_training, need_web
from gyeol.errors import DataError

PATH = click.Path(path_type=Path)


@click.command(name="serve", short_help="Serve a review page and an HTTP API.")
@click.argument("model", type=PATH)
@click.option(
    "--folder", "folders", multiple=True, type=PATH, help="A folder of images to review. Repeatable."
)
@click.option(
    "--scores", type=PATH, help="Scores of the first folder, by gyeol predict, not to judge it again."
)
@click.option(
    "--allow",
    multiple=True,
    type=PATH,
    help="A folder that the page may open, with all below it. Repeatable.",
)
@click.option(
    "--db",
    "database",
    type=PATH,
    default=Path("review.db"),
    show_default=True,
    help="Where verdicts are kept.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8722, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--host-name", multiple=True, help="A name under which others reach this server. Repeatable.")
@click.option(
    "--token-file", type=PATH, help="A file with the token; else GYEOL_TOKEN, else a new one is made."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Images judged at the same time.  [default: cores]"
)
@click.option(
    "--queue", default=64, show_default=True, type=click.IntRange(1, 10000), help="Requests that may wait."
)
@click.option(
    "--max-mib", default=256, show_default=True, type=click.IntRange(1, 4096), help="Size of one request."
)
@click.option(
    "--max-files", default=200, show_default=True, type=click.IntRange(1, 10000), help="Images in one."
)
@click.option(
    "--timeout", default=60.0, show_default=True, type=click.FloatRange(1, 3600), help="Seconds for one."
)
@result.option
def command(
    model: Path,
    folders: tuple[Path, ...],
    scores: Path | None,
    allow: tuple[Path, ...],
    database: Path,
    host: str,
    port: int,
    host_name: tuple[str, ...],
    token_file: Path | None,
    workers: int | None,
    queue: int,
    max_mib: int,
    max_files: int,
    timeout: float,
    as_json: bool,
) -> None:
    """Serve a page on which people review images with the detector at MODEL, and an HTTP API beside it.

    Only this machine can reach it, unless --host says otherwise; then a token is needed, which is printed once.
    With --json, the address is printed as soon as it is there.
    """
    need_training()
    need_web()
    if scores is not None and not folders:
        raise DataError(f"{scores}: scores of which folder? give --folder too")
    from gyeol.cli.serving import serve
    from gyeol.web.server import is_loopback
    from gyeol.web.settings import Settings

    token = _token(token_file) or ("" if is_loopback(host) else secrets.token_urlsafe(32))
    names = {"localhost", "127.0.0.1", "::1", host.strip("[]").lower(), *(name.lower() for name in host_name)}
    settings = Settings(
        model=model,
        database=database,
        folders=(*folders, *allow),
        hosts=frozenset(names - {"0.0.0.0", "::"}),  # noqa: S104 (taken out, not bound to)
        token=token,
        workers=workers or _cores(),
        queue=queue,
        request_seconds=timeout,
        body_bytes=max_mib * 2**20,
        files=max_files,
    )
    serve(settings, folders, scores, host, port, as_json)


def _cores() -> int:
    from gyeol.cores import cores

    return cores()


def _token(file: Path | None) -> str:
    """Read the token that the user has chosen, if any; not from the command line, which everybody can list.

    Raises
    ------
    DataError
        If it cannot be read, or is too short.
    """
    from gyeol.web.security.token import SHORTEST

    token = os.environ.get("GYEOL_TOKEN", "").strip()
    if file is not None:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise DataError(f"{file}: cannot be read as a token; give a text file with one line") from error
    if (token or file is not None) and (
        len(token) < SHORTEST or not token.isascii() or not token.isprintable()
    ):
        raise DataError(
            f"a token needs {SHORTEST} letters or more, without accents; leave it out to have one made"
        )
    if any(character in token for character in ' ";,\\'):
        raise DataError("a token must not hold spaces, quotation marks, commas, semicolons or backslashes")
    return token
