"""Run `gyeol` and Python as a reader of the documentation would, in a world that is small and already warm.

A server that has imported what the commands need, but computed nothing, forks for every command: each is a process of
its own, with its own output and exit code, and the seconds that importing torch takes are paid once. (Half of a short
training is the import of `torch._dynamo`, which every optimiser needs.) What is small: every sample has 2 kinds of
64 x 64 pixels, and every training takes as few steps as it can.
"""

from __future__ import annotations

import array
import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = 20
END = "--- end of block "
WARM = (
    "gyeol.cli.main gyeol.cli.sample gyeol.cli.work gyeol.cli.predict gyeol.cli.explore gyeol.cli.evaluate "
    "gyeol.report.page gyeol.report.charts.curves gyeol.web.server gyeol.cli.serving sklearn.cluster scipy.ndimage "
    "onnx openvino matplotlib.figure torch._dynamo"
)
CLIENT = """#!{python} -IS
import array, json, os, signal, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({path!r})
job = json.dumps([{what!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
link.sendmsg([len(job).to_bytes(4, "big") + job], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
child = int(link.recv(16, socket.MSG_WAITALL))
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda number, frame: os.kill(child, number))
sys.exit(int(link.recv(16, socket.MSG_WAITALL) or 1))
"""


def write_client(path: Path, what: str, server: Path) -> None:
    """Write the program that a shell calls: it hands its words, folder and streams to the server."""
    path.write_text(CLIENT.format(python=sys.executable, path=str(server), what=what))
    path.chmod(0o755)


def make_small() -> None:
    """Make samples small and trainings short, whatever the command says."""
    import numpy as np

    from gyeol.data.sample import SCALES, generate
    from gyeol.data.sample.plan import Scale
    from gyeol.detect.config import Config
    from gyeol.detect.fit import Course
    from gyeol.export import write

    for name in SCALES:
        SCALES[name] = Scale(kinds=2, normals=16, defects=6, test=10, test_defects=4)
    module = sys.modules[generate.__module__]
    save = module._save  # type: ignore[attr-defined]

    def smaller(path: Path, pixels: Any) -> None:
        small = pixels.reshape(64, 8, 64, 8).mean((1, 3))
        save(path, (255 * (small > 64) if "mask" in path.parent.name else small.round()).astype(np.uint8))

    module._save, module._CHUNK = smaller, 1000  # type: ignore[attr-defined]
    Config.__init__.__kwdefaults__["crops"] = 4
    Course.count_steps = lambda self: STEPS  # type: ignore[method-assign]
    write.ALLOWED = 1.0  # after so few steps scores lie at the threshold, where 8 bits may answer otherwise


def main(path: str) -> None:
    """Serve until the process that started it closes its end of stdin."""
    for name in WARM.split():
        importlib.import_module(name)
    make_small()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen()
    print("ready", flush=True)
    while door in select.select([door, sys.stdin], [], [])[0]:
        link, _ = door.accept()
        if os.fork() == 0:
            door.close()
            _child(link)
        link.close()


def _child(link: socket.socket) -> None:
    """Do one job and end the process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    streams = array.array("i")
    start, ancillary, _, _ = link.recvmsg(4, socket.CMSG_LEN(3 * streams.itemsize))
    streams.frombytes(ancillary[0][2])
    length, job = int.from_bytes(start, "big"), b""
    while len(job) < length:
        job += link.recv(length - len(job))
    what, words, folder, environment = json.loads(job)
    link.send(f"{os.getpid():16}".encode())
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = _exit_code({"gyeol": _gyeol, "python": _python}[what], words)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    link.send(f"{code:16}".encode())
    os._exit(code)


def _exit_code(program: Callable[[list[str]], None], words: list[str]) -> int:
    try:
        program(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _gyeol(words: list[str]) -> None:
    from gyeol.cli.main import main as command

    sys.argv = ["gyeol", *words]
    command()


def _python(words: list[str]) -> None:
    """Run the files that stdin names, one after another with the same names, and say after each how it went."""
    sys.path.insert(0, str(Path.cwd()))
    names: dict[str, object] = {"__name__": "__main__"}
    for line in sys.stdin:
        path = Path(line.strip())
        code = _exit_code(lambda _, path=path: exec(compile(path.read_text(), path.name, "exec"), names), [])
        print(f"\n{END}{code}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
