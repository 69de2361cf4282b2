"""Real Ray nodes on this machine, and runs on them.

Nodes and runs are processes of their own: where a machine stalls for half a minute, Ray's processes hold each other for
dead and end, and so would the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NODES = """
import faulthandler, sys
from ray.cluster_utils import Cluster

faulthandler.dump_traceback_later(180, exit=True)
cluster = Cluster(
    initialize_head=True,
    head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": 2**27},
)
cluster.add_node(num_cpus=1, object_store_memory=2**27)
faulthandler.cancel_dump_traceback_later()
print(cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""

RUN = """
import dataclasses, json, os, sys
from pathlib import Path
from gyeol.cluster.run import predict
from gyeol.errors import GyeolError

words, told = json.load(sys.stdin), []
words["model"] = Path(words["model"])
loses_model = words.pop("loses_model")

def report(done, total):
    told.append([done, total])
    if loses_model and os.path.exists(words["output"] + "/model.onnx"):
        os.unlink(words["output"] + "/model.onnx")

try:
    answer = {"done": dataclasses.asdict(predict(**words, report=report)), "told": told}
except GyeolError as error:
    answer = {"error": type(error).__name__, "words": str(error)}
print("answer:" + json.dumps(answer), flush=True)
os._exit(0)
"""

LENIENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_timeout_ms": "60000",
    "RAY_health_check_failure_threshold": "20",
    "RAY_memory_monitor_refresh_ms": "0",
}
NODES_GONE = re.compile(r"^no Ray cluster at |^the cluster gave up: .*(node|raylet|GCS|connect|unavailable)")
SECONDS = 420.0
"""The longest that a run may take; they take some twenty on two idle cores."""


class Nodes:
    """Two nodes of one core each."""

    def __init__(self) -> None:
        self.gone = ""
        self._process = _start(NODES, subprocess.DEVNULL)
        assert self._process.stdout is not None
        self.address = ""
        for line in self._process.stdout:
            if ":" in line:
                self.address = line.strip()
                break
        if not self.address:
            self.gone = "the nodes did not start"

    def predict(
        self, model: Path, source: Path, output: Path, *, loses_model: bool = False, **words: Any
    ) -> dict[str, Any]:
        """Have images judged on the nodes, in a process of its own; what came of it.

        A machine on which Ray cannot live says nothing of gyeol: the test is then skipped. An error of gyeol's own
        comes back as one, and any other fails.
        """
        if self.gone:
            pytest.skip(f"Ray does not live on this machine: {self.gone}")
        words = {"address": self.address} | words
        words |= {
            "model": str(model),
            "source": str(source),
            "output": str(output),
            "loses_model": loses_model,
        }
        run = _start(RUN, subprocess.PIPE)
        try:
            said, errors = run.communicate(json.dumps(words), SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            said, errors = "", f"no answer within {SECONDS:.0f} s"
        answers = [line for line in said.splitlines() if line.startswith("answer:")]
        if answers:
            answer: dict[str, Any] = json.loads(answers[-1].removeprefix("answer:"))
            if not NODES_GONE.search(answer.get("words", "")):
                return answer
            self.gone = answer["words"]
        else:
            assert "Traceback" not in errors, errors
            self.gone = (errors.strip().splitlines() or [f"its process ended with {run.returncode}"])[-1][
                :300
            ]
        pytest.skip(f"Ray does not live on this machine: {self.gone}")

    def end(self) -> None:
        """Stop the nodes."""
        try:
            self._process.communicate("", 60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()


def _start(program: str, errors: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=os.environ | LENIENT,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """Start the nodes, and stop them."""
    started = Nodes()
    yield started
    started.end()
