"""How the server is set, in one block with a reason each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What the server may do, and how much of it.

    Parameters
    ----------
    model : Path
        The detector.
    database : Path
        The review file. Uploads are kept beside it, in ``NAME.uploads``.
    folders : tuple of Path
        The only folders, with what is below them, that the page may open.
    hosts : frozenset of str
        Names under which the server may be addressed (``localhost``, ``192.168.0.7``), without the port. Anything else
        is a page of another site that had its name point here (DNS rebinding).
    token : str
        What a client has to know, empty: nothing. Needed where others can reach the server.
    workers : int
        Images that are judged at the same time.
    queue : int
        Requests that may wait for a worker; the next one is told to come again later.
    request_seconds : float
        After so long a request is given up.
    body_bytes : int
        Bytes that one request may send, counted as they come.
    files : int
        Images that one request may send.
    uploads_bytes : int
        Bytes that kept uploads may take on the disk, all together.
    picture_bytes : int
        Memory for thumbnails, pictures and heat maps that may be asked for again.
    """

    model: Path
    database: Path
    folders: tuple[Path, ...] = ()
    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "::1"})
    token: str = ""
    workers: int = 1
    queue: int = 64
    request_seconds: float = 60.0
    body_bytes: int = 256 * 2**20
    files: int = 200
    uploads_bytes: int = 8 * 2**30
    picture_bytes: int = 192 * 2**20

    @property
    def uploads(self) -> Path:
        """The folder of kept uploads."""
        return self.database.with_name(f"{self.database.name}.uploads")
