"""What each part of the method is worth: taken out or changed, one at a time. Writes benchmarks/ablation.json.

python benchmarks/ablation/run.py --steps 400 --seeds 1

On the demo sample, or on --data (with its key). Each is trained with the same seed and number of steps; with other
crops as many more or fewer steps as keep the number of pixels, so that all cost the same arithmetic. About three
minutes each on one core.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from changes import CHANGES  # noqa: E402

from course import begin, budget, gyeol_row, make_sample, parser  # noqa: E402
from gyeol.detect.config import Config  # noqa: E402


def main() -> None:
    made = parser(__doc__, "ablation.json", seeds=[1], steps=400, epochs=0)
    made.add_argument("--data", type=Path, help="a folder with a key, instead of the demo sample")
    made.add_argument("--changes", nargs="+", choices=list(CHANGES), default=list(CHANGES))
    options = made.parse_args()
    results = begin(options)
    for seed in options.seeds:
        data = options.data or options.work / f"demo-{seed}"
        question = f"ablation, {data.name if options.data else 'demo sample'}"
        for name in options.changes:
            given = budget(options)
            if not results.wants(question=question, method=name, seed=seed, **given):
                continue
            if not options.data:
                make_sample(data, "demo", seed)
            change = CHANGES[name]
            work = options.work / f"{data.name}-ablation/{name.replace(' ', '-').replace(',', '')}"
            settings = [
                word for key, value in change.settings.items() for word in ("--set", f"{key}={value}")
            ]
            usual = given["steps"]
            if usual:
                size, crops = (change.settings.get(part, getattr(Config, part)) for part in ("size", "crops"))
                given["steps"] = round(usual * Config.crops * Config.size**2 / (crops * size**2))
            program = [sys.executable, HERE / "altered.py", name]
            row = gyeol_row(
                question, data, seed, given, work, name, program=program, settings=settings, heat=False
            )
            results.put({**row, "steps": usual})  # found again by it; its figures say how many were taken


if __name__ == "__main__":
    main()
