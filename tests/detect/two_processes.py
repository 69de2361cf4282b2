"""What test_together.py has torchrun run in two processes: python two_processes.py FOLDER."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from conftest import SMALL, make_images
from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.together import Group, joined
from gyeol.detect.trainer import Learner, Phase, Progress, run_phase
from gyeol.errors import DataError, ModelError

PHASE = Phase("trunk", 6, Recipe(crops=8, size=64), decay=True)


def fail(group: Group, ranks: tuple[int, ...]) -> str:
    """Go wrong in some of the processes; tell what came of it in this one."""

    def make() -> str:
        if group.rank in ranks:
            raise DataError(f"wrong in {group.rank}")
        return "well"

    try:
        return group.attempt(make)
    except DataError as error:
        return str(error)
    except SystemExit as error:
        return f"exit {error.code}"


def interrupted(group: Group, sampler: Sampler) -> dict[str, object]:
    """Press Ctrl-C in the second process in step 3, and go on from what the first has saved."""
    learner, saved = Learner(SMALL, group), []

    def report(now: Progress) -> None:
        if now.step == 3 and group.rank == 1:
            signal.raise_signal(signal.SIGINT)

    try:
        run_phase(learner, sampler, PHASE, report, save=saved.append)
    except KeyboardInterrupt:
        saved.append("stopped")
    resumed = Learner(SMALL, group)
    resumed.restore(group.of_first(learner.state))
    run_phase(resumed, sampler, PHASE, lambda _: None, start=3)
    return {"saved": saved, "weights": resumed.state()}


def lost(group: Group) -> str:
    """Ask for an average that the other process, which is leaving, will never give."""
    try:
        group.average([torch.ones(1)])
    except ModelError as error:
        return str(error)
    return "nothing happened"


def main() -> None:
    folder = Path(sys.argv[1])
    with joined() as group:
        sampler = Sampler(make_images().normals, [], 0, share=(group.rank, group.size))
        learner = Learner(SMALL, group)
        run_phase(learner, sampler, PHASE, lambda _: None)
        again = interrupted(group, sampler)
        states = {"whole": learner.state(), "resumed": again.pop("weights")}
        torch.save(states, folder / f"{group.rank}.pt")
        tensors = [torch.full((2, 3), float(group.rank)), torch.tensor(4.0 * group.rank)]
        group.average(tensors)
        told = {
            **again,
            "rank": group.rank,
            "size": group.size,
            "average": [each.tolist() for each in tensors],
            "any": group.any(group.rank == 1, False, True),
            "of_first": group.of_first(lambda: f"said by {group.rank}"),
            "attempts": [fail(group, ranks) for ranks in ((), (1,), (0, 1))],
        }
        if group.first:
            told["lost"] = lost(group)
    tasks = Path("/proc/self/task")
    told["threads"] = (
        [(task / "comm").read_text().strip() for task in tasks.iterdir()] if tasks.exists() else []
    )
    (folder / f"{group.rank}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
