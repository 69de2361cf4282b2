"""`gyeol train --processes 2`, as a user starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "gyeol", "train", *map(str, words), "--processes", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_ctrl_c_stops_both_and_resume_ends_with_a_model(competition: Path, tmp_path: Path) -> None:
    words = (competition, "-o", tmp_path / "model", "--steps", 60)
    first = start(*words)
    assert first.stderr is not None
    said = []
    for line in first.stderr:
        said.append(line)
        if "of fold 1" in line:  # the trunk is learnt, and kept
            first.send_signal(signal.SIGINT)
            break
    said += first.stderr.read().splitlines(keepends=True)
    first.wait(1200)
    assert first.returncode == 130, said
    assert hidden(tmp_path) == [".model.training"]
    text = "".join(said)
    assert text.count("defects and") == text.count("stopped; go on") == text.count("interrupted") == 1, text
    assert "Traceback" not in text
    assert "torch/" not in text, "torchrun has no say in it"
    again = start(*words, "--resume")
    out, text = again.communicate(timeout=1200)
    assert (again.returncode, out) == (0, ""), text
    assert hidden(tmp_path) == []
    assert text.count("Macro F1 to expect") == text.count("model: ") == 1, "only one of them talks"
    record = json.loads((tmp_path / "model/detector.json").read_text())["record"]
    assert (record["processes"], record["steps"]) == (2, 60)


def test_what_is_wrong_is_said_once(competition: Path, tmp_path: Path) -> None:
    image = competition / "train/defect_images/defect_2.png"
    image.write_bytes(image.read_bytes()[:300])
    ran = start(competition, "-o", tmp_path / "model", "--steps", 20)
    _, text = ran.communicate(timeout=1200)
    assert ran.returncode == 2
    assert text.count("defect_2.png") == 1
    assert len(text.splitlines()) == 2, text  # what was found, and what is wrong with it
    assert hidden(tmp_path) == []
