"""The work behind `predict --cluster`, with what it shows."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from gyeol.cli.display import counting, say
from gyeol.cli.extras import need
from gyeol.files import lock_beside, locked

if TYPE_CHECKING:
    from gyeol.cluster.run import Done


def predict_on_cluster(
    model: Path, images: str, output: str, address: str, workers: int | None, resume: bool, heat: bool
) -> Done:
    """Judge images on a Ray cluster and say what came of it."""
    need("ray", "ray", "fsspec", "pyarrow")
    from gyeol.cluster.run import predict

    began = time.monotonic()
    # On this machine, two runs must not make the same shards; of an object store nobody can hold a lock.
    here = nullcontext() if "://" in output else locked(lock_beside(Path(output)))
    with here, counting("judging images") as report:
        done = predict(
            model,
            images,
            output,
            address=address,
            workers=workers,
            resume=resume,
            heat=heat,
            report=report,
        )
    seconds = time.monotonic() - began
    say(
        f"{done.rows:,} images, {done.defects:,} defective, in {seconds:.1f} s ({done.rows / seconds:.0f} images/s)"
        + (f"; {done.skipped:,} were there already" if done.skipped else "")
    )
    if done.unreadable:
        say(f"{done.unreadable:,} images could not be read; the column 'error' of their rows says why")
    say(f"answers: {output}")
    return done
