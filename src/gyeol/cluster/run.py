"""A run over all machines of a Ray cluster."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gyeol.cluster.places import list_inputs
from gyeol.cluster.plan import Plan, begin
from gyeol.errors import ModelError, OutputError, first_line
from gyeol.files import printable

SHARD = 500
"""Images a file: ten seconds' work for a core, so that little is lost with a worker and files are not too many."""


@dataclass(frozen=True)
class Done:
    """What a run came to.

    Parameters
    ----------
    rows, defects, unreadable : int
        Images that were judged now, those called defective, those that could not be read.
    skipped : int
        Images that an earlier run had judged.
    """

    rows: int
    defects: int
    unreadable: int
    skipped: int


def predict(
    model: Path,
    source: str,
    output: str,
    *,
    address: str,
    workers: int | None = None,
    resume: bool = False,
    heat: bool = False,
    shard: int = SHARD,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Done:
    """Judge images on a Ray cluster.

    Parameters
    ----------
    model : Path
        An exported model (.onnx). It is copied to the output, where the workers find it.
    source : str
        See :func:`gyeol.cluster.places.list_inputs`. The workers must be able to read the images.
    output : str
        Folder or URL prefix for the Parquet files (columns: :data:`gyeol.cluster.worker.SCHEMA`). The workers must be
        able to write there.
    address : str
        Of the cluster, as Ray writes it (``host:6379``, ``ray://host:10001``, ``auto``), or "local" to start one on
        this machine for this run.
    workers : int or None
        Processes, each on one core; by default one a core of the cluster.
    resume : bool
        Go on in an output folder of the same run: files that are there are not made again.
    heat : bool
        Whether to keep heat maps.
    shard : int
        Images a file.
    report : callable
        Told how many images are done, and of how many.

    Raises
    ------
    DataError
        If there is nothing to judge.
    ModelError
        If the model cannot be read, or the cluster not be reached.
    OutputError
        If the output folder is taken or cannot be written.
    """
    try:
        content = model.read_bytes()
    except OSError as error:
        raise ModelError(f"{printable(model)}: {error.strerror}; give a file from gyeol export") from error
    if model.suffix.lower() != ".onnx":
        raise ModelError(f"{printable(model)}: a cluster takes an .onnx file; make one with gyeol export")
    fingerprint = hashlib.sha256(content).hexdigest()[:16]
    plan = Plan(tuple(list_inputs(source)), fingerprint, shard, heat)
    todo = begin(plan, content, output, resume)
    skipped = len(plan.images) - sum(len(plan.shard(number)) for number in todo)
    report(skipped, len(plan.images))
    if not todo:
        return Done(0, 0, 0, skipped)
    rows = defects = unreadable = 0
    for counts in _judged(plan, output, todo, address, workers):
        rows, defects = rows + counts["rows"], defects + counts["defects"]
        unreadable += counts["unreadable"]
        report(skipped + rows, len(plan.images))
    return Done(rows, defects, unreadable, skipped)


def _judged(
    plan: Plan, output: str, todo: list[int], address: str, workers: int | None
) -> Iterator[dict[str, int]]:
    """Have the shards judged; yields the counts of each as it is done, in any order."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # Ray gives its workers the lowest priority but four, for machines that also do other work: a cluster started here,
    # for this run, is the work. Nodes that are there already keep what they were started with.
    os.environ.setdefault("RAY_worker_niceness", "0")
    import ray

    from gyeol.cluster.worker import ShardJudge, packed

    already = ray.is_initialized()
    if not already:
        try:
            where = None if address == "local" else address
            ray.init(where, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
        except Exception as error:
            # On a machine too busy to start it in half a minute, Ray raises a bare Exception.
            reason = printable(first_line(error))[:200]
            raise ModelError(f"no Ray cluster at {printable(address)} ({reason})") from error
    try:
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what matters is raised
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        items = [{"shard": number, "images": packed(plan.shard(number))} for number in todo]
        shards = ray.data.from_items(items, override_num_blocks=len(todo))
        free: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        most = min(len(todo), workers or max(1, int(free.get("CPU", 1))))
        # Ray starts a worker that died anew and gives it the shards it had not finished (its system errors are
        # retried without end); an error of ours would be a fault in gyeol, and ends the run.
        counts = shards.map_batches(
            ShardJudge,
            fn_constructor_args=(plan.model, plan.heat, output),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=most),
            num_cpus=1,
        )
        for row in counts.iter_rows():
            yield {name: int(value) for name, value in row.items()}
    except ray.exceptions.RayError as error:
        # Ray hands on a worker's error as a text with its traceback. What gyeol says in it is for the user.
        lines = str(error).strip().splitlines() or [type(error).__name__]
        told = next((line for line in reversed(lines) if "gyeol.errors." in line), lines[-1])
        reason = printable(told.rpartition("Error: ")[2])[:300]
        raise OutputError(f"the cluster gave up: {reason}; go on with --resume when it is mended") from error
    finally:
        if not already:
            ray.shutdown()
