"""What a cluster run consists of: shards of images, each of which becomes one Parquet file.

A shard's file is written whole or not at all by whoever judged it, under a name that its number decides. So a worker
that dies loses only the shard it was at, one that is judged twice is there once, and what is done can be seen from the
names of the files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from gyeol.cluster.places import join, names_in, read_bytes, write_whole
from gyeol.errors import DataError, OutputError
from gyeol.files import printable

PLAN, MODEL = "plan.json", "model.onnx"
"""Files beside the answers: what was to be done, and with what."""


@dataclass(frozen=True)
class Plan:
    """A run.

    Parameters
    ----------
    images : tuple of str
        Paths or URLs.
    model : str
        Fingerprint of the exported model: 16 hex digits of its hash.
    size : int
        Images a shard.
    heat : bool
        Whether heat maps are kept.
    """

    images: tuple[str, ...]
    model: str
    size: int
    heat: bool

    @property
    def shards(self) -> int:
        """The number of shards."""
        return -(-len(self.images) // self.size)

    def shard(self, number: int) -> tuple[str, ...]:
        """Give the images of a shard."""
        return self.images[number * self.size : (number + 1) * self.size]

    def to_json(self) -> str:
        """Say what must be the same for a run to be taken up."""
        digest = hashlib.sha256()  # fed by and by: joined, ten million paths are a gigabyte
        for number in range(self.shards):
            text = "\n".join(self.shard(number))
            digest.update(f"\n{text}".encode("utf-8", "surrogateescape"))
        facts = {"images": len(self.images), "inputs": digest.hexdigest(), "model": self.model}
        return json.dumps({**facts, "shard_size": self.size, "heat": self.heat}, indent=1) + "\n"


def file_of(number: int) -> str:
    """Name the file of a shard."""
    return f"part-{number:06d}.parquet"


def begin(plan: Plan, model: bytes, output: str, resume: bool) -> list[int]:
    """Settle the plan in the output folder; give the numbers of the shards that are still to be done.

    Parameters
    ----------
    model : bytes
        The exported model, which is put there for the workers.

    Raises
    ------
    OutputError
        If the folder holds something, and `resume` is not given or it is of another run.
    """
    there = {name for name in names_in(output) if not name.startswith(".")}
    if not there:
        write_whole(join(output, MODEL), model)
        write_whole(join(output, PLAN), plan.to_json().encode())
        return list(range(plan.shards))
    if not resume:
        raise OutputError(f"{printable(output)} is not empty; give a new folder, or --resume to go on in it")
    try:
        earlier = json.loads(read_bytes(join(output, PLAN))) if PLAN in there else {}
    except (DataError, ValueError):
        earlier = {}
    own = json.loads(plan.to_json())
    if differ := sorted(
        name for name in own if not isinstance(earlier, dict) or earlier.get(name) != own[name]
    ):
        raise OutputError(
            f"{printable(output)} is of a run with other {', '.join(differ)}; give what it began with, or a new folder"
        )
    return [number for number in range(plan.shards) if file_of(number) not in there]
