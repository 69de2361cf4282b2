"""Every command with its output going into pipes, as in somebody's script: each is a process of its own.

A server that has imported what the commands need forks for each of them, so that this is paid for once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from gyeol.cli.main import COMMANDS

DRIVER = """
import json, os, selectors, signal, sys
import gyeol.cli.work, gyeol.export.write, gyeol.web.app, matplotlib.pyplot
from gyeol.cli.main import main
from gyeol.data.sample import SCALES
from gyeol.data.sample.plan import Scale
SCALES["tiny"] = Scale(kinds=1, normals=2, defects=1, test=2, test_defects=1)

for line in sys.stdin:
    words, stop, closed = json.loads(line)
    pipes = [os.pipe(), os.pipe()]
    child = os.fork()
    if child == 0:
        for number, (reading, writing) in enumerate(pipes, start=1):
            os.dup2(writing, number)
            for each in (reading, writing):
                os.close(each)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False, buffering=1)
        sys.argv = ["gyeol", *words]
        if closed:
            os.kill(os.getpid(), signal.SIGSTOP)  # until nobody reads any more
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(end.code)
    said = {1: b"", 2: b""}
    chosen = selectors.DefaultSelector()
    for number, (reading, writing) in enumerate(pipes, start=1):
        os.close(writing)
        if closed and number == 1:
            os.close(reading)
        else:
            chosen.register(reading, selectors.EVENT_READ, number)
    if closed:
        os.waitpid(child, os.WUNTRACED)
        os.kill(child, signal.SIGCONT)
    while chosen.get_map():
        for key, _ in chosen.select():
            if part := os.read(key.fd, 65536):
                said[key.data] += part
            else:
                chosen.unregister(key.fd)
                os.close(key.fd)
        if stop and said[1].rstrip().endswith(b"}"):
            os.kill(child, signal.SIGINT)
            stop = False
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, said[1].decode(), said[2].decode()]), flush=True)
"""

KEYS = {
    "sample": {"folder", "key", "defects", "normals", "test", "seed"},
    "convert": {"folder", "from", "to", "defects", "normals", "test", "test_defects"},
    "explore": {"counts", "kinds", "duplicates", "warnings"},
    "train": {"model", "threshold", "estimate", "steps", "seconds", "kinds"},
    "predict": {"submission", "scores", "rows", "defects", "unreadable", "unfamiliar"},
    "verify": {"ok", "findings"},
    "export": {"file", "bytes", "precision", "images", "different"},
    "check": {"ok", "rows", "problems", "warnings"},
    "evaluate": {"macro_f1", "interval", "confusion", "ranking"},
    "errors": {"folder", "misses", "false_alarms", "sheets"},
    "compare": {"rows"},
    "serve": {"url", "port", "token"},
    "run": {"model", "threshold", "submission", "scores", "heatmaps", "prediction", "evaluation", "report"},
    "settings": {"settings"},
}
"""What the JSON of every command has at least. docs/command-line.md shows the same."""
LINES = {
    "sample": "sample sample --scale tiny",
    "convert": "convert data -o converted --to manifest",
    "explore": "explore data --workers 1",
    "train": "train data -o model --steps 20 --set crops=4 --set size=64 --set precision=fp32",
    "predict": "predict model data -o submission.csv --scores scores.csv",
    "verify": "verify model data",
    "export": "export model data -o model.onnx --precision fp32",
    "check": "check data/key/answers.csv data/test/sample_submission.csv",
    "evaluate": "evaluate scores.csv data/key",
    "errors": "errors model data scores.csv data/key -o errors",
    "compare": "compare data -o compare --detectors filter-bank --minutes 0.01",
    "serve": "serve model --folder data/test/images --port 0",
    "run": "run data -o out --steps 20 --set crops=4 --set size=64 --key data/key",
    "settings": "settings",
}
"""In an order in which each has what it needs."""


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Shell:
    """Runs commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, line: str, stop: bool = False, closed: bool = False) -> Said:
        """Run a command; with `stop`, press Ctrl-C when it has printed an object; with `closed`, read nothing."""
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(json.dumps([line.split(), stop, closed]) + "\n")
        self.driver.stdin.flush()
        return Said(*json.loads(self.driver.stdout.readline()))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Give a shell in a folder with data: 3 defects, 6 normals, 4 test images with their answers."""
    root = tmp_path_factory.mktemp("pipes")
    random = np.random.default_rng(0)
    rows = ["ImageId,answer"]
    for part, count in (("train/defect_images", 3), ("train/normal_images", 6), ("test/images", 4)):
        (root / "data" / part).mkdir(parents=True)
        for number in range(count):
            name = f"{Path(part).name[0]}{number}"
            pixels = random.integers(60, 200, (64, 64), dtype=np.uint8)
            Image.fromarray(pixels).save(root / "data" / part / f"{name}.png")
            rows += [f"{name},{number % 2}"] if part == "test/images" else []
    (root / "data/key").mkdir()
    (root / "data/key/answers.csv").write_text("\n".join(rows) + "\n")
    (root / "data/test/sample_submission.csv").write_text("\n".join(rows) + "\n")
    shell = Shell(root)
    yield shell
    shell.driver.communicate()


@pytest.fixture(scope="module")
def said(shell: Shell) -> dict[str, Said]:
    """Run every command once, with --json."""
    return {name: shell(f"{line} --json", stop=name == "serve") for name, line in LINES.items()}


def test_every_command_is_tried() -> None:
    assert set(LINES) == set(KEYS) == set(COMMANDS)


@pytest.mark.parametrize("name", LINES)
def test_one_object_goes_to_stdout_and_the_rest_to_stderr_without_bars(
    name: str, said: dict[str, Said]
) -> None:
    code, out, err = said[name]
    assert code == (130 if name == "serve" and code else 0), err
    found = json.loads(out)
    assert set(found) >= KEYS[name]
    assert "Traceback" not in err
    assert not {"\x1b", "\r", "━", "%|"} & set(err), "no colours and no bars in a log"
    assert err.count("\n") < 30


@pytest.mark.parametrize("name", ["explore", "evaluate", "check", "settings"])
def test_tables_go_to_stdout_without_colours(name: str, shell: Shell, said: dict[str, Said]) -> None:
    code, out, err = shell(LINES[name])
    assert (code, err) == (0, "")
    assert len(out) > 3
    assert "\x1b" not in out


def test_what_leaves_files_alone_leaves_stdout_alone(shell: Shell, said: dict[str, Said]) -> None:
    code, out, err = shell("convert data -o again --to manifest")
    assert (code, out) == (0, "")
    assert "competition to manifest" in err


def test_exit_codes(shell: Shell, said: dict[str, Said]) -> None:
    assert shell("check submission.csv data/key/answers.csv").code == 0
    assert shell("check scores.csv data/key/answers.csv").code == 1, "it has other columns"
    assert shell("check none.csv data/key/answers.csv").code == 2
    assert shell("explore none").code == 2
    assert shell("fly").code == 2
    assert shell("serve model --port 0 --json", stop=True).code in (0, 130)


def test_nobody_reading_is_no_error(shell: Shell, said: dict[str, Said]) -> None:
    code, _, err = shell("settings", closed=True)
    assert (code, err) == (141, "")


def test_json_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name, keys in KEYS.items():
        row: Any = next((line for line in page.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert all(f"`{key}`" in row for key in keys), f"docs/command-line.md: {name} has {sorted(keys)}"
