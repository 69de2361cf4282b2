"""How fast images are judged: PNG files to a closed CSV, by each engine, beside reading alone and other networks.

All methods judge the same images in turns within one call, so that other work on the machine is shared by all. Needs
a model and its data folder that are there. Writes benchmarks/speed.json. About fifteen minutes for 2,000 images.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from course import GYEOL, HERE, begin, parser
from gyeol.data.prediction import images_for_prediction
from record import fingerprint, machine, measure

PEERS = ("resnet18d", "efficientnet-lite0", "patch-memory")
PRECISIONS = ("fp32", "bf16", "int8")


def methods(model: Path, images: Path, work: Path) -> dict[str, list[Any]]:
    """Give the command of each method."""
    predict = ["-o", work / "submission.csv", "--scores", work / "scores.csv"]
    found: dict[str, list[Any]] = {
        f"gyeol {precision}, OpenVINO": [GYEOL, "predict", work / f"{precision}.onnx", images, *predict]
        for precision in PRECISIONS
    }
    found["gyeol int8, ONNX Runtime"] = [*found["gyeol int8, OpenVINO"], "--engine", "onnxruntime"]
    found["gyeol, PyTorch"] = [GYEOL, "predict", model, images, *predict]
    for peer in PEERS:
        for precision in PRECISIONS[:2]:
            command = [sys.executable, HERE / "speed_peer.py", peer, precision, images, work / "peer.csv"]
            found[f"{peer} {precision}, OpenVINO"] = command
    return found


def main() -> None:
    made = parser(__doc__, "speed.json", seeds=[0])
    made.add_argument("--model", type=Path, required=True)
    made.add_argument("--data", type=Path, required=True, help="the folder that it was trained on")
    made.add_argument("--most", type=int, default=2000, help="test images; 0: all")
    made.add_argument("--rounds", type=int, default=2)
    made.add_argument("--methods", nargs="+", help="only those whose names begin so")
    options = made.parse_args()
    results = begin(options)
    work = options.work / f"{options.data.name}-speed"
    work.mkdir(parents=True, exist_ok=True)
    paths, _ = images_for_prediction(options.data)
    few = work / "images"
    shutil.rmtree(few, ignore_errors=True)
    few.mkdir()
    for path in paths[: options.most or len(paths)]:
        (few / path.name).symlink_to(path.resolve())
    count = sum(1 for _ in few.iterdir())
    wanted = methods(options.model, few, work)
    if options.methods:
        wanted = {name: c for name, c in wanted.items() if name.startswith(tuple(options.methods))}
    for precision in PRECISIONS:
        file = work / f"{precision}.onnx"
        if not file.exists() and any(file in command for command in wanted.values()):
            command = [GYEOL, "export", options.model, options.data, "-o", file, "--precision", precision]
            measure(command, work / f"export-{precision}.log")
    before = machine()
    seconds: dict[str, list[float]] = {name: [] for name in (*wanted, "reading alone")}
    peaks: dict[str, float] = {}
    for _ in range(options.rounds):
        for name, command in wanted.items():
            ran = measure(command, work / "run.log")
            seconds[name].append(ran.wall_s)
            peaks[name] = max(peaks.get(name, 0.0), ran.peak_mib)
        done = measure([sys.executable, HERE / "decode.py", few], work / "decode.log")
        seconds["reading alone"].append(count / json.loads(done.stdout)["images_s"])
    alone = min(seconds["reading alone"])
    for name, command in wanted.items():
        metrics = {
            "images": count,
            "images_s": round(count / min(seconds[name]), 1),
            "share_of_reading": round(alone / min(seconds[name]), 3),
            "seconds": seconds[name],
            "reading_images_s": round(count / alone, 1),
            "peak_mib": peaks[name],
        }
        if "gyeol" in name:
            metrics |= latency(command, few)
        results.put(
            {
                "question": f"speed, {count} images of {options.data.name}",
                "method": name,
                "seed": 0,
                "data": fingerprint(options.data),
                "command": [" ".join(Path(str(word)).name for word in command)],
                "machine": before,
                "wall_s": round(statistics.median(seconds[name]), 2),
                "peak_mib": peaks[name],
                "metrics": metrics,
            }
        )


def latency(command: list[Any], images: Path) -> dict[str, float]:
    """Time single images, from file to verdict, and a whole command for one image."""
    model, engine = command[2], command[command.index("--engine") + 1] if "--engine" in command else "auto"
    first = sorted(images.iterdir())[0]
    work = Path(model).parent
    words = [*command[:2], model, first, "-o", work / "one.csv", "--engine", engine]
    starts = [measure(words, work / "one.log").wall_s for _ in range(3)]
    ran = measure([sys.executable, HERE / "speed_latency.py", model, engine, images], work / "latency.log")
    return {"first_answer_s": min(starts), **json.loads(ran.stdout)}


if __name__ == "__main__":
    main()
