"""Real Ray nodes on this machine: what one worker, two, or one that is killed leave behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from gyeol.cluster.run import predict
from gyeol.detect.detector import Detector
from gyeol.engine.judge import open_judge
from gyeol.engine.overlay import RAW_HIGH, RAW_LOW
from gyeol.errors import ModelError

from .conftest import Nodes

pytest.importorskip("ray", reason="Ray is not installed: pip install 'gyeol[ray]'")

COUNT = 24


@pytest.fixture
def images(png: Callable[..., Path], surface: Callable[..., np.ndarray], tmp_path: Path) -> Path:
    for number in range(COUNT):
        png(tmp_path / f"in/{number:02d}.png", surface(number, (96, 96), 0.8 + 2.5 * (number % 2)))
    return tmp_path / "in"


def rows(folder: Path) -> list[dict[str, Any]]:
    return [
        row for part in sorted(folder.glob("part-*.parquet")) for row in parquet.read_table(part).to_pylist()
    ]


def test_two_nodes_give_the_answers_of_one_process(
    nodes: Nodes, exact: Path, images: Path, tmp_path: Path
) -> None:
    (images / "05.png").write_bytes(b"no image")
    answer = nodes.predict(exact, images, tmp_path / "out", shard=4, heat=True)
    done = answer["done"]
    found = rows(tmp_path / "out")
    assert [Path(row["path"]).name for row in found] == [f"{n:02d}.png" for n in range(COUNT)]
    assert (done["rows"], done["unreadable"], done["skipped"]) == (COUNT, 1, 0)
    assert answer["told"][-1] == [COUNT, COUNT]
    assert len({row["model"] for row in found}) == 1
    judge = open_judge(exact, "openvino", threads=1)
    from gyeol.data.image import read_image, read_image_bytes

    for row in found:
        if row["path"].endswith("05.png"):
            assert row["score"] is row["answer"] is row["heat"] is None
            assert "05.png: not a PNG" in row["error"]
            continue
        verdict = judge.judge(read_image(Path(row["path"])))
        assert row["score"] == pytest.approx(verdict.score, abs=1e-6)
        assert (row["answer"], row["kind"], row["error"]) == (verdict.answer, verdict.kind, "")
        heat = read_image_bytes(row["heat"], "heat") / 255 * (RAW_HIGH - RAW_LOW) + RAW_LOW
        assert np.abs(heat - verdict.heat).max() < 0.5
    assert sum(row["answer"] == 1 for row in found) == done["defects"]
    assert 0 < done["defects"] < COUNT


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    nodes: Nodes, exact: Path, images: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_when_some_are_done() -> None:
        while not list((tmp_path / "out").glob("part-*.parquet")):
            time.sleep(0.02)
        for process in Path("/proc").glob("[0-9]*"):
            try:
                name = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if name.startswith(b"ray::") and b"ShardJudge" in name:
                os.kill(int(process.name), signal.SIGKILL)
                killed.append(int(process.name))
                return

    killer = threading.Thread(target=kill_when_some_are_done, daemon=True)
    killer.start()
    done = nodes.predict(exact, images, tmp_path / "out", shard=1)["done"]
    killer.join(10)
    assert killed
    found = [Path(row["path"]).name for row in rows(tmp_path / "out")]
    assert found == [f"{n:02d}.png" for n in range(COUNT)]
    assert done["rows"] == COUNT
    assert {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("part-")} == {
        "plan.json",
        "model.onnx",
    }


def test_a_run_goes_on_where_it_was(nodes: Nodes, exact: Path, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    nodes.predict(exact, images, output, shard=5)
    before = rows(output)
    kept = (output / "part-000000.parquet").stat().st_mtime_ns
    (output / "part-000002.parquet").unlink()
    refused = nodes.predict(exact, images, output, shard=5)
    assert refused["error"] == "OutputError"
    assert "not empty" in refused["words"]
    done = nodes.predict(exact, images, output, shard=5, resume=True)["done"]
    assert (done["rows"], done["skipped"]) == (5, COUNT - 5)
    assert rows(output) == before
    assert (output / "part-000000.parquet").stat().st_mtime_ns == kept
    again = predict(exact, str(images), str(output), address="nowhere:1", shard=5, resume=True)
    assert (again.rows, again.skipped) == (0, COUNT), "nothing to do needs no cluster"


def test_what_a_worker_cannot_do_is_said_in_one_line(
    nodes: Nodes, exact: Path, images: Path, tmp_path: Path
) -> None:
    failed = nodes.predict(exact, images, tmp_path / "out", loses_model=True)
    assert failed["error"] == "OutputError"
    assert "the cluster gave up: " in failed["words"]
    assert "model.onnx: cannot be read" in failed["words"]
    assert "\n" not in failed["words"]


def test_no_cluster_and_no_model_are_said_in_one_line(exact: Path, images: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx: No such file"):
        predict(tmp_path / "none.onnx", str(images), str(tmp_path / "out"), address="local")
    (tmp_path / "m.xml").write_text("")
    with pytest.raises(ModelError, match=r"takes an \.onnx file"):
        predict(tmp_path / "m.xml", str(images), str(tmp_path / "out"), address="local")


def test_the_detector_fixture_is_what_was_exported(detector: Detector, exact: Path) -> None:
    assert open_judge(exact).threshold_ == pytest.approx(detector.threshold_)
