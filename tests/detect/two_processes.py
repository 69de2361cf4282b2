"""What test_together.py has torchrun run in two processes: python two_processes.py FOLDER."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from conftest import SMALL, make_images
from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.together import Group, joined
from gyeol.detect.trainer import Learner, Phase, run_phase
from gyeol.errors import DataError

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


def main() -> None:
    folder = Path(sys.argv[1])
    with joined() as group:
        sampler = Sampler(make_images().normals, [], 0, share=(group.rank, group.size))
        learner = Learner(SMALL, group)
        run_phase(learner, sampler, PHASE, lambda _: None)
        torch.save(learner.state(), folder / f"{group.rank}.pt")
        tensors = [torch.full((2, 3), float(group.rank)), torch.tensor(4.0 * group.rank)]
        group.average(tensors)
        told = {
            "rank": group.rank,
            "size": group.size,
            "average": [each.tolist() for each in tensors],
            "any": group.any(group.rank == 1, False, True),
            "of_first": group.of_first(lambda: f"said by {group.rank}"),
            "attempts": [fail(group, ranks) for ranks in ((), (1,), (0, 1))],
        }
    (folder / f"{group.rank}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
