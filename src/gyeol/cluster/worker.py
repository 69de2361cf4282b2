"""What runs on the machines of a cluster: judge a shard, write its file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

from gyeol.cluster.places import join, read_bytes, write_whole
from gyeol.cluster.plan import MODEL, file_of
from gyeol.data.image import read_image_bytes
from gyeol.engine.judge import open_judge
from gyeol.engine.overlay import raw_values
from gyeol.errors import DataError

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("score", pa.float32()),
        ("answer", pa.int8()),
        ("kind", pa.int16()),
        ("unfamiliar", pa.bool_()),
        ("error", pa.string()),
        ("model", pa.string()),
        ("heat", pa.binary()),
    ]
)
"""One row an image. `error` is empty, or says why the image could not be judged; score, answer and kind are null then.
`heat` is null, or a 16-bit grey PNG as of ``gyeol predict --raw-heatmaps``."""
AHEAD = 8
"""Images that are fetched while others are judged: an object store answers slowly, but many at a time."""


def packed(images: Sequence[str]) -> bytes:
    """Write paths as one value of a Ray table: a worker gets those of its shard, not the millions of the run."""
    return "\0".join(images).encode(
        "utf-8", "surrogateescape"
    )  # no path holds a NUL; any other byte it may hold


def unpacked(images: bytes) -> list[str]:
    """Read what :func:`packed` wrote."""
    return images.decode("utf-8", "surrogateescape").split("\0")


class ShardJudge:
    """Judges shards; one of these lives in each worker process.

    Parameters
    ----------
    model : str
        Fingerprint of the model, for the rows.
    heat : bool
        Whether to keep heat maps.
    output : str
        Folder or URL prefix of the files; the model lies there, too.
    """

    def __init__(self, model: str, heat: bool, output: str) -> None:
        self.model, self.heat, self.output = model, heat, output
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / MODEL
            file.write_bytes(read_bytes(join(output, MODEL)))
            self.judge = open_judge(file, workers=1, threads=1, heat=heat)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Judge the shards of a batch (columns `shard`, a number, and `images`, :func:`packed`); give their counts."""
        shards = zip(batch["shard"], batch["images"], strict=True)
        counts = [self._shard(int(number), unpacked(images)) for number, images in shards]
        return {name: np.array([each[name] for each in counts]) for name in counts[0]}

    def _shard(self, number: int, images: list[str]) -> dict[str, int]:
        with ThreadPoolExecutor(AHEAD) as pool:
            contents = pool.map(_fetch, images)
            rows = [self._row(path, content) for path, content in zip(images, contents, strict=True)]
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), buffer, compression="zstd")
        write_whole(join(self.output, file_of(number)), buffer.getvalue())
        return {
            "shard": number,
            "rows": len(rows),
            "defects": sum(row["answer"] == 1 for row in rows),
            "unreadable": sum(bool(row["error"]) for row in rows),
        }

    def _row(self, path: str, content: bytes | DataError) -> dict[str, Any]:
        row = dict.fromkeys(SCHEMA.names) | {"path": path, "error": "", "model": self.model}
        try:
            if isinstance(content, DataError):
                raise content
            verdict = self.judge.judge(read_image_bytes(content, path))
        except DataError as error:
            return {**row, "error": str(error)}
        row |= {"score": verdict.score, "answer": verdict.answer, "kind": verdict.kind}
        row["unfamiliar"] = verdict.unfamiliar
        if self.heat:
            buffer = io.BytesIO()
            Image.fromarray(raw_values(verdict.heat)).save(buffer, "PNG", compress_level=1)
            row["heat"] = buffer.getvalue()
        return row


def _fetch(path: str) -> bytes | DataError:
    try:
        return read_bytes(path)
    except DataError as error:
        return error
