"""How many small changes of the code that decides our figures do the tests notice?

mutmut makes the changes (``[tool.mutmut]`` in pyproject.toml says where) and judges them; this chooses which ones are
judged, in what order, and writes ``mutation.json``. Every mutant that was not noticed is listed there, to be read.

    python benchmarks/mutation.py                # all of them: hours on one core
    python benchmarks/mutation.py --share 0.25   # a random quarter
    python benchmarks/mutation.py --again        # those that were not noticed, with the tests as they are now
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from mutmut import __main__ as mutmut

RESULT = Path(__file__).with_name("mutation.json")
NOTICED = {
    1: "killed",
    3: "killed",
    24: "timeout",
    -24: "timeout",
    36: "timeout",
    -9: "timeout",
    152: "timeout",
}
"""What mutmut's exit codes mean; all others but these and :data:`NOT` are crashes, which are noticed too."""
NOT = {0: "survived", 5: "no test", 33: "no test"}


def prepare(workers: int) -> Any:
    """Make the mutants, and find out which test calls which function and how long it takes."""
    mutmut.set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.store_lines_covered_by_tests()
    mutmut.create_mutants(workers)
    runner = mutmut.get_mutant_runner(workers)
    # All tests run here once without a mutant, and have to pass.
    mutmut.collect_or_load_stats(runner, mutants_caught_by_type_checker={}, apply_config_invalidation=False)
    mutmut.set_mutant_under_test("")
    return runner


def chosen(share: float, again: bool, seed: int) -> list[tuple[Any, str]]:
    """Choose mutants at random, the same ones for the same seed; those judged already are left out."""
    found, _ = mutmut.collect_source_file_mutation_data(mutant_names=())
    found = sorted(((data, name, code) for data, name, code in found), key=lambda each: each[1])
    random.Random(seed).shuffle(found)
    found = found[: ceil(share * len(found))]
    return [(data, name) for data, name, code in found if (code in NOT if again else code is None)]


def judge(runner: Any, mutants: list[tuple[Any, str]], until: float) -> None:
    """Run each mutant's tests, the quickest first, until one fails."""
    state, config = mutmut.state(), mutmut.config()
    data_of = {name: data for data, name in mutants}
    runner.startup()
    began = time.monotonic()

    def take() -> None:
        mutmut._register_mutant_result(runner.wait_for_result(), data_of)

    for number, (data, name) in enumerate(mutants):
        if time.monotonic() - began > until:
            break
        tests = state.tests_by_mangled_function_name.get(mutmut.mangled_name_from_mutant_name(name), set())
        seconds = sum(state.duration_by_test[test] for test in tests)
        data.estimated_time_of_tests_by_mutant[name] = seconds
        if not tests:
            data.exit_code_by_key[name] = 33
            data.save()
            continue
        while not runner.has_capacity():
            take()
        limit = ceil((seconds + config.timeout_constant) * config.timeout_multiplier * 2)
        runner.submit(name, list(tests), limit, seconds)
        if number % 25 == 0:
            print(f"{number} of {len(mutants)}, {time.monotonic() - began:.0f} s", flush=True)
    while runner.pending_count():
        take()
    runner.shutdown()


def summary() -> dict[str, Any]:
    """Count what was noticed, file by file, and list what was not."""
    files: dict[str, Counter[str]] = {}
    missed = []
    for path in sorted(Path("mutants/src").rglob("*.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        name = str(path.relative_to("mutants")).removesuffix(".meta")
        counts = files[name] = Counter(made=len(codes))
        for mutant, code in codes.items():
            if code is None:
                continue
            verdict = NOTICED.get(code) or NOT.get(code) or "crashed"
            counts[verdict] += 1
            counts["judged"] += 1
            if code in NOT:
                missed.append(mutant)
    total = sum(files.values(), Counter())
    return {
        "total": _shares(total),
        "files": {k: _shares(v) for k, v in files.items()},
        "missed": sorted(missed),
    }


def _shares(counts: Counter[str]) -> dict[str, Any]:
    noticed = sum(counts[name] for name in ("killed", "timeout", "crashed"))
    share = round(noticed / counts["judged"], 4) if counts["judged"] else None
    return {
        **{k: counts[k] for k in ("made", "judged", "killed", "timeout", "crashed", "survived", "no test")}
    } | {"noticed": share}


def main() -> None:
    """Parse, prepare, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the mutants, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=600.0, help="stop then; the next call goes on")
    parser.add_argument("--again", action="store_true", help="judge again what was not noticed")
    options = parser.parse_args()
    runner = prepare(options.workers)
    from gyeol.files import atomic_file
    from record import (  # not before: it imports gyeol, which has to be the one with the mutants
        machine,
        versions,
    )

    here = machine()
    judge(runner, chosen(options.share, options.again, options.seed), options.minutes * 60)
    result = {
        "question": __doc__.partition("\n")[0] if __doc__ else "",
        "command": f"python benchmarks/mutation.py --share {options.share:g} --seed {options.seed}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": here,
        "versions": versions(),
        **summary(),
    }
    with atomic_file(RESULT) as stream:
        stream.write(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["total"]))


if __name__ == "__main__":
    main()
