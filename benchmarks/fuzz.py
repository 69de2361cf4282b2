"""Coverage-guided fuzzing of all that reads what comes from outside. Writes benchmarks/fuzz.json.

make fuzz                                  # its own environment with atheris, ten minutes a target, one after another
python benchmarks/fuzz.py --seconds 60 table

An input that ends in anything but a whole answer or one line that names the file, takes longer than five seconds, or
lets the process grow by more than 512 MiB is kept in work/fuzz/TARGET/ and counted; the rest of the time goes on
without it. Coverage is counted in the Python of gyeol, Pillow (image) and the form parser (upload); the decoders in C
under them are reached, and not measured.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from record import ROOT, Results, machine

TARGETS = {"image": 150, "table": 150, "detector": 500, "upload": 600}
"""What each takes before it begins, in MiB: 512 may come on top."""
WORK = ROOT / "work" / "fuzz"
HANG, ROOM = 5, 512


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; all without one")
    parser.add_argument("--seconds", type=int, default=600, help="for each")
    parser.add_argument("--results", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"no target {unknown.pop()}")
    results = Results(options.results, force=True)
    for target in options.targets or TARGETS:
        before = machine()
        metrics = fuzz(target, options.seconds)
        results.put({
            "question": "does anything crash, hang or take 512 MiB",
            "method": f"{target}, atheris {version('atheris')}",
            "command": f"python benchmarks/fuzz.py --seconds {options.seconds} {target}",
            "metrics": metrics,
            "machine": before,
        })  # fmt: skip


def fuzz(target: str, seconds: int) -> dict[str, Any]:
    """Run one target for so long, again after every crash."""
    folder = WORK / target
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {
        "executions": 0,
        "coverage": 0,
        "features": 0,
        "corpus": 0,
        "slowest_s": 0,
        "peak_mib": 0,
    }
    crashes: list[str] = []
    left, last = float(seconds), ""
    while left > 1 and len(crashes) < 20:
        began = time.monotonic()
        log = folder / f"run-{len(crashes)}.log"
        command = [
            sys.executable, Path(__file__).with_name("fuzz_targets") / f"{target}.py", f"-max_total_time={left:.0f}",
            f"-timeout={HANG}", f"-rss_limit_mb={TARGETS[target] + ROOM}", f"-artifact_prefix={folder}/",
            "-print_final_stats=1", "-max_len=131072", folder / "corpus",
        ]  # fmt: skip
        with log.open("wb") as stream:
            done = subprocess.run(
                [str(word) for word in command], stdout=stream, stderr=stream, cwd=folder, check=False
            )
        said = log.read_text(encoding="utf-8", errors="replace")
        add(found, said)
        if done.returncode == 0:
            break
        last = why(said)
        crashes.append(last)
        print(f"{target}: {last}", file=sys.stderr)
        begun = re.search(r"#\d+\s+INITED", said)
        left -= time.monotonic() - began if begun else left  # what does not even begin is not tried again
    return {**found, "crashes": crashes}


def add(found: dict[str, Any], said: str) -> None:
    """Take libFuzzer's figures out of what it said: counts add up, the rest is the largest."""
    for line in re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)/", said)[-1:]:
        for name, value in zip(("coverage", "features", "corpus"), line, strict=True):
            found[name] = max(found[name], int(value))
    for name, word in (("executions", "number_of_executed_units"), ("slowest_s", "slowest_unit_time_sec")):
        for value in re.findall(rf"stat::{word}:\s+(\d+)", said):
            found[name] = found[name] + int(value) if name == "executions" else max(found[name], int(value))
    for value in re.findall(r"stat::peak_rss_mb:\s+(\d+)", said):
        found["peak_mib"] = max(found["peak_mib"], int(value))


def why(said: str) -> str:
    """Say in one line what a crash was."""
    for line in said.splitlines():
        if "libFuzzer: timeout" in line or "libFuzzer: out-of-memory" in line:
            return line.split("ERROR: ")[-1]
    errors = [line for line in said.splitlines() if re.match(r"[A-Za-z_.]+(Error|Exception|Warning)\b", line)]
    return errors[-1][:300] if errors else said.strip().splitlines()[-1][:300]


if __name__ == "__main__":
    main()
