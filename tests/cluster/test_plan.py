from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gyeol.cluster.plan import PLAN, Plan, begin, file_of
from gyeol.errors import OutputError


@given(st.integers(1, 200), st.integers(1, 50))
def test_every_image_is_in_exactly_one_shard(count: int, size: int) -> None:
    plan = Plan(tuple(f"{n}.png" for n in range(count)), "m", size, False)
    every = [image for number in range(plan.shards) for image in plan.shard(number)]
    assert tuple(every) == plan.images
    assert all(plan.shard(number) for number in range(plan.shards))
    assert plan.shard(plan.shards) == ()


def test_a_run_goes_on_with_what_is_not_there(tmp_path: Path) -> None:
    plan, output = Plan(("a", "b", "c", "d", "e"), "m", 2, False), str(tmp_path / "out")
    assert begin(plan, b"model", output, resume=False) == [0, 1, 2]
    (tmp_path / "out" / file_of(1)).write_bytes(b"")
    (tmp_path / "out" / f".{file_of(2)}.part").write_bytes(b"half")
    assert begin(plan, b"model", output, resume=True) == [0, 2]
    with pytest.raises(OutputError, match="not empty; give a new folder, or --resume"):
        begin(plan, b"model", output, resume=False)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"images": ("a", "b")}, "images, inputs"),
        ({"images": ("a", "b", "c", "d", "f")}, "inputs"),
        ({"model": "other"}, "model"),
        ({"size": 3}, "shard_size"),
        ({"heat": True}, "heat"),
    ],
)
def test_a_run_of_something_else_is_not_gone_on_with(tmp_path: Path, change: dict, named: str) -> None:
    plan, output = Plan(("a", "b", "c", "d", "e"), "m", 2, False), str(tmp_path / "out")
    begin(plan, b"model", output, resume=False)
    with pytest.raises(OutputError, match=f"of a run with other {named}; give what it began with"):
        begin(replace(plan, **change), b"model", output, resume=True)


@pytest.mark.parametrize("content", ["", "[]", "no json"])
def test_a_folder_without_a_sound_plan_is_not_gone_on_in(tmp_path: Path, content: str) -> None:
    (tmp_path / PLAN).write_text(content)
    with pytest.raises(OutputError, match="of a run with other"):
        begin(Plan(("a",), "m", 2, False), b"model", str(tmp_path), resume=True)
