"""What a server bears: many clients at once for minutes. Writes benchmarks/server_load.json.

python benchmarks/server_load.py MODEL IMAGES                 # 50 clients for 300 seconds
python benchmarks/server_load.py MODEL IMAGES --seconds 60

A real server (`gyeol serve`, its own settings) and clients in this process, over loopback, on the same cores. Every
client does what a reviewer and a camera do by turns: sends an image to be judged, looks at pictures and heat maps,
writes verdicts on images of its own, asks what is new. Who is told to come again (429) waits as long as it is told, and
that must be all that goes wrong: anything else is an error, and so is a 429 that does not say when.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from typing import Any

from record import Results, machine

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
START = "from gyeol.cli.main import main; main()"
WARM = 0.2
"""Share of the time after which memory is expected to stay as it is."""


class Client(threading.Thread):
    """Ask for one thing after another, and note how long each took and what was said."""

    def __init__(self, load: Load, number: int) -> None:
        super().__init__(daemon=True)
        self.load, self.number, self.version = load, number, 0
        self.connection = HTTPConnection("127.0.0.1", load.port, timeout=120)

    def run(self) -> None:
        turn = self.number
        while time.monotonic() < self.load.until:
            turn += 1
            try:
                self.ask(turn)
            except (OSError, HTTPException) as error:
                self.load.errors.append(f"{type(error).__name__}: {error}"[:200])
                self.connection.close()
                time.sleep(0.5)

    def ask(self, turn: int) -> None:
        load = self.load
        image = load.numbers[(self.number * 7 + turn) % len(load.numbers)]
        mine = load.numbers[self.number % len(load.numbers)]
        verdict = {
            "reviewer": f"c{self.number}",
            "version": self.version,
            "answer": ("defect", "normal")[turn % 2],
        }
        name, method, path, body, headers = (
            ("predict", "POST", "/api/predict", load.form, FORM),
            ("picture", "GET", f"/api/images/{image}/picture", None, {}),
            ("thumbnail", "GET", f"/api/images/{image}/thumbnail", None, {}),
            ("heat", "GET", f"/api/images/{image}/heat", None, {}),
            ("verdict", "PUT", f"/api/images/{mine}/verdict", json.dumps(verdict), JSON),
            ("changes", "GET", "/api/changes?since=0", None, {}),
        )[turn % 6]
        began = time.monotonic()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        took = time.monotonic() - began
        load.statuses[f"{name} {answer.status}"] += 1
        if answer.status == 200:
            load.seconds[name].append(took)
            if name == "verdict":
                self.version = json.loads(content)["version"]
                load.confirmed[mine] = self.version
        elif answer.status == 429 and answer.getheader("Retry-After"):
            time.sleep(float(answer.getheader("Retry-After") or 0))
        else:
            load.errors.append(f"{method} {path}: {answer.status} {content[:200].decode(errors='replace')}")


class Load:
    """What all clients share."""

    def __init__(self, port: int, numbers: list[int], image: Path, seconds: float) -> None:
        self.port, self.numbers, self.until = port, numbers, time.monotonic() + seconds
        head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        self.form = head + image.read_bytes() + b"\r\n--b--\r\n"
        self.statuses: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.confirmed: dict[int, int] = {}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("images", type=Path, help="a folder; at least as many images as clients")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        process, port = serve(options, Path(folder))
        try:
            metrics = measure(options, process.pid, port)
        finally:
            process.terminate()
            process.wait(60)
    Results(options.results, force=True).put(
        {
            "question": f"{options.clients} clients for {options.seconds:.0f} s",
            "method": "gyeol serve",
            "command": f"python benchmarks/server_load.py MODEL IMAGES --clients {options.clients} "
            f"--seconds {options.seconds:.0f}",
            "metrics": {**metrics, "exit_code": process.returncode},
            "machine": before,
        }
    )
    if metrics["errors"] or process.returncode:
        sys.exit(1)


def serve(options: argparse.Namespace, folder: Path) -> tuple[subprocess.Popen[str], int]:
    command = [
        sys.executable,
        "-c",
        START,
        "serve",
        options.model,
        "--folder",
        options.images,
        "--port",
        "0",
    ]
    words = [str(word) for word in [*command, "--db", folder / "review.db"]]
    process = subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, env={**os.environ, "GYEOL_TOKEN": ""}
    )
    assert process.stderr is not None  # noqa: S101
    said = []
    for line in process.stderr:
        said.append(line)
        if "review page" in line:
            port = int(line.split()[2].rstrip("/").rpartition(":")[2])
            break
    else:
        sys.exit(f"the server did not start: {''.join(said)}")
    threading.Thread(target=process.stderr.read, daemon=True).start()
    for _ in range(600):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return process, port
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def measure(options: argparse.Namespace, pid: int, port: int) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/images")
    numbers = json.loads(connection.getresponse().read())["id"]
    if len(numbers) < options.clients:
        sys.exit(
            f"{len(numbers)} images for {options.clients} clients; each writes verdicts on one of its own"
        )
    image = min(each for each in options.images.iterdir() if each.suffix == ".png")
    load = Load(port, numbers, image, options.seconds)
    clients = [Client(load, number) for number in range(options.clients)]
    for each in clients:
        each.start()
    memory = []
    while any(each.is_alive() for each in clients):
        memory.append(resident(pid))
        time.sleep(1)
    lost = sum(stored(port, number) != version for number, version in load.confirmed.items())
    every = sorted(second for some in load.seconds.values() for second in some)
    settled = memory[int(len(memory) * WARM) :]
    third = max(1, len(settled) // 3)
    return {
        "answers": sum(load.statuses.values()),
        "told_to_come_again": sum(count for name, count in load.statuses.items() if name.endswith("429")),
        "errors": len(load.errors),
        "first_errors": load.errors[:5],
        "verdicts_confirmed": len(load.seconds["verdict"]),
        "verdicts_lost": lost,
        "p50_s": quantile(every, 0.5),
        "p99_s": quantile(every, 0.99),
        "p99_s_by_kind": {name: quantile(sorted(some), 0.99) for name, some in sorted(load.seconds.items())},
        "statuses": dict(sorted(load.statuses.items())),
        "memory_mib_first_third": median(settled[:third]),
        "memory_mib_last_third": median(settled[-third:]),
        "memory_mib_peak": max(memory),
    }


def stored(port: int, number: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/api/images/{number}/verdict")
    return int(json.loads(connection.getresponse().read())["version"])


def resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def quantile(values: list[float], share: float) -> float | None:
    return round(values[min(len(values) - 1, int(share * len(values)))], 3) if values else None


if __name__ == "__main__":
    main()
