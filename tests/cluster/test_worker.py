from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("fsspec")
pytest.importorskip("pyarrow")
from fsspec.implementations.memory import MemoryFileSystem

from gyeol.cluster.places import join, read_bytes
from gyeol.cluster.plan import MODEL
from gyeol.cluster.worker import ShardJudge, packed, unpacked


def test_any_path_survives_the_way_to_a_worker() -> None:
    paths = ["a/b.png", "두 개.png", "line\nbreak.png", b"\xff.png".decode("utf-8", "surrogateescape")]
    assert unpacked(packed(paths)) == paths


def test_an_image_costs_one_request(
    exact: Path, png: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten million images are ten million requests, not twice as many."""
    system, asked = MemoryFileSystem(), []

    def count(name: str) -> None:
        before = getattr(MemoryFileSystem, name)

        def counted(self: object, path: str, *rest: object, **more: object) -> object:
            if "images" in path:
                asked.append(name)
            return before(self, path, *rest, **more)

        monkeypatch.setattr(MemoryFileSystem, name, counted)

    for name in ("cat_file", "info", "open", "exists"):
        count(name)
    system.pipe_file("/images/1.png", png(tmp_path / "1.png").read_bytes())
    system.pipe_file(f"/out/{MODEL}", exact.read_bytes())
    judge = ShardJudge("m", False, "memory://out")
    asked.clear()
    counts = judge({"shard": [0], "images": [packed(["memory://images/1.png"])]})
    assert [name for name in asked if name != "open"] == ["cat_file"]  # in memory, cat_file opens by itself
    assert [int(counts[name][0]) for name in ("shard", "rows", "unreadable")] == [0, 1, 0]
    assert read_bytes(join("memory://out", "part-000000.parquet"))[:4] == b"PAR1"
