"""Starting a command in several processes on this machine, by the means of torchrun."""

from __future__ import annotations

import logging
import os
import signal
import sys
import uuid

from gyeol.cli.display import say
from gyeol.cores import cores


def start(count: int) -> bool:
    """Run the command line of this process in `count` processes that know of each other.

    They write to the same terminal. Ctrl-C reaches all of them.

    Returns
    -------
    bool
        Whether they ran, and well. False in one of those processes itself: then the work is this one's.

    Raises
    ------
    SystemExit
        With the code of the process that failed first, or that of the signal that ended all of them. What there was
        to say, they have said.
    """
    import torch.distributed as dist

    if not dist.is_available() or dist.is_torchelastic_launched():
        return False
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    for name in list(logging.root.manager.loggerDict):  # each has a level of its own
        if name.startswith("torch.distributed."):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # the processes speak for themselves
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // count)))
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",  # no other machine takes part, so no other need know this one's name
        max_restarts=0,
    )
    try:
        elastic_launch(config, sys.executable)("-P", "-m", "gyeol", *sys.argv[1:])
    except SignalException as error:
        raise SystemExit(128 + error.sigval) from error  # the first process has said what to do next
    except ChildFailedError as error:
        rank, first = error.get_first_failure()
        if first.exitcode < 0:
            name = signal.Signals(-first.exitcode).name
            say(
                f"process {rank} was ended by {name}; free memory if it was the system, and go on with --resume"
            )
        raise SystemExit(first.exitcode if first.exitcode > 0 else 128 - first.exitcode) from error
    return True
