"""SIGKILL at fifty random moments each of sample, train, predict, serve and review. Writes benchmarks/faults.json.

What is killed, and what must hold afterwards, is in tests/faults/scenarios.py; one that is not survived ends this with
an error, and no row is written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from record import ROOT, Results, machine

SCENARIOS = ROOT / "tests/faults/scenarios.py"
NAMES = ("sample", "train", "predict", "serve", "review")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("faults.json"))
    parser.add_argument("--force", action="store_true", help="make rows again that are there")
    options = parser.parse_args()
    results = Results(options.results, options.force)
    results.notes = {
        "metrics": {
            "kills": "processes that were alive when SIGKILL came; after each, what is there was checked",
            "nothing_yet": "of these, there was no output yet (of train: nor a state; of serve: no verdict by then)",
            "whole": "of these, something was there, and it was whole",
            "ended_before": "runs that had ended well before their moment came",
            "finished_after": "runs after kills whose result was compared with that of a run without a kill",
            "whole_cpu_s": "processor time of a run without a kill, over which the moments are spread",
        }
    }
    for name in options.names:
        question = f"SIGKILL during {name}"
        if not results.wants(question=question, method="gyeol", seed=options.seed):
            continue
        before = machine()
        command = [SCENARIOS, name, "--points", str(options.points), "--seed", str(options.seed)]
        done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name} was not survived, see above")
        metrics = json.loads(done.stdout)
        del metrics["what"]
        results.put(
            {
                "question": question,
                "method": "gyeol",
                "seed": options.seed,
                "command": [f"benchmarks/faults.py {name} --points {options.points} --seed {options.seed}"],
                "machine": before,
                "wall_s": metrics.pop("wall_s"),
                "metrics": metrics,
            }
        )


if __name__ == "__main__":
    main()
