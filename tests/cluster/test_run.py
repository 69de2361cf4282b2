"""Real Ray nodes on this machine: what one worker, two, or one that is killed leave behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'gyeol[ray]'")
from ray.cluster_utils import Cluster  # noqa: E402

from gyeol.cluster.run import predict  # noqa: E402
from gyeol.detect.detector import Detector  # noqa: E402
from gyeol.engine.judge import open_judge  # noqa: E402
from gyeol.engine.overlay import RAW_HIGH, RAW_LOW  # noqa: E402
from gyeol.errors import ModelError, OutputError  # noqa: E402

COUNT = 24


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start two nodes of one core each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": 2**27},
    )
    cluster.add_node(num_cpus=1, object_store_memory=2**27)
    yield str(cluster.address)
    ray.shutdown()
    cluster.shutdown()


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
    address: str, exact: Path, images: Path, tmp_path: Path
) -> None:
    (images / "05.png").write_bytes(b"no image")
    told: list[tuple[int, int]] = []
    done = predict(
        exact,
        str(images),
        str(tmp_path / "out"),
        address=address,
        shard=4,
        heat=True,
        report=lambda n, total: told.append((n, total)),
    )
    found = rows(tmp_path / "out")
    assert [Path(row["path"]).name for row in found] == [f"{n:02d}.png" for n in range(COUNT)]
    assert (done.rows, done.unreadable, done.skipped) == (COUNT, 1, 0)
    assert told[-1] == (COUNT, COUNT)
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
    assert sum(row["answer"] == 1 for row in found) == done.defects
    assert 0 < done.defects < COUNT


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    address: str, exact: Path, images: Path, tmp_path: Path
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
    done = predict(exact, str(images), str(tmp_path / "out"), address=address, shard=1)
    killer.join(10)
    assert killed
    found = [Path(row["path"]).name for row in rows(tmp_path / "out")]
    assert found == [f"{n:02d}.png" for n in range(COUNT)]
    assert done.rows == COUNT
    assert {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("part-")} == {
        "plan.json",
        "model.onnx",
    }


def test_a_run_goes_on_where_it_was(address: str, exact: Path, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    predict(exact, str(images), str(output), address=address, shard=5)
    before = rows(output)
    kept = (output / "part-000000.parquet").stat().st_mtime_ns
    (output / "part-000002.parquet").unlink()
    with pytest.raises(OutputError, match="not empty"):
        predict(exact, str(images), str(output), address=address, shard=5)
    done = predict(exact, str(images), str(output), address=address, shard=5, resume=True)
    assert (done.rows, done.skipped) == (5, COUNT - 5)
    assert rows(output) == before
    assert (output / "part-000000.parquet").stat().st_mtime_ns == kept
    again = predict(exact, str(images), str(output), address="nowhere:1", shard=5, resume=True)
    assert (again.rows, again.skipped) == (0, COUNT)


def test_what_a_worker_cannot_do_is_said_in_one_line(
    address: str, exact: Path, images: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"

    def take_the_model_away(done: int, total: int) -> None:
        (output / "model.onnx").unlink(missing_ok=True)

    with pytest.raises(OutputError, match=r"the cluster gave up: .*model\.onnx: cannot be read") as caught:
        predict(exact, str(images), str(output), address=address, report=take_the_model_away)
    assert "\n" not in str(caught.value)


def test_no_cluster_and_no_model_are_said_in_one_line(exact: Path, images: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx: No such file"):
        predict(tmp_path / "none.onnx", str(images), str(tmp_path / "out"), address="local")
    (tmp_path / "m.xml").write_text("")
    with pytest.raises(ModelError, match=r"takes an \.onnx file"):
        predict(tmp_path / "m.xml", str(images), str(tmp_path / "out"), address="local")


def test_the_detector_fixture_is_what_was_exported(detector: Detector, exact: Path) -> None:
    assert open_judge(exact).threshold_ == pytest.approx(detector.threshold_)
