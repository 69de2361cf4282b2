"""Two real processes on gloo; see two_processes.py for what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gyeol.detect import together
from gyeol.detect.augment.batch import Batch, Recipe, Sampler
from gyeol.detect.config import Config
from gyeol.detect.fit import Course
from gyeol.detect.images import TrainingImages
from gyeol.detect.together import Group, joined
from gyeol.detect.trainer import Learner, Phase, run_phase
from gyeol.errors import ModelError

RECIPE = Recipe(crops=8, size=64)  # these two as in two_processes.py
PHASE = Phase("trunk", 6, RECIPE, decay=True)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the two processes; give the folder with what each of them left."""
    folder = tmp_path_factory.mktemp("two")
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    script = Path(__file__).with_name("two_processes.py")
    done = subprocess.run(
        [*words, str(script), str(folder)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def told(ran: Path) -> list[dict[str, Any]]:
    return [json.loads((ran / f"{rank}.json").read_text()) for rank in (0, 1)]


def test_two_processes_take_the_steps_of_one(
    ran: Path, images: Callable[..., TrainingImages], small: Config
) -> None:
    first, second = (torch.load(ran / f"{rank}.pt", weights_only=True)["whole"] for rank in (0, 1))
    learner = Learner(small)
    run_phase(learner, Sampler(images().normals, [], 0), PHASE, lambda _: None)
    alone = learner.state()
    start = Learner(small).state()
    moved = 0.0
    for part in ("net", "average"):
        for name, value in first[part].items():
            assert torch.equal(value, second[part][name]), f"{part} {name}: the processes differ"
            torch.testing.assert_close(value, alone[part][name], rtol=1e-3, atol=1e-5)
            moved = max(moved, float((value - start[part][name]).abs().max()))
    assert moved > 1e-3, "something was learnt at all"
    assert first["taken"] == second["taken"] == PHASE.steps


def test_ctrl_c_in_one_stops_all_after_the_same_step_and_they_go_on_to_the_same_weights(
    ran: Path, told: list[dict[str, Any]]
) -> None:
    assert [each["saved"] for each in told] == [[3, "stopped"]] * 2
    for rank in (0, 1):
        states = torch.load(ran / f"{rank}.pt", weights_only=True)
        for name, value in states["whole"]["average"].items():
            assert torch.equal(value, states["resumed"]["average"][name]), name


def test_the_group_leaves_no_thread_that_could_abort_the_process_when_it_ends(
    told: list[dict[str, Any]],
) -> None:
    assert not [thread for each in told for thread in each["threads"] if "gloo" in thread]


def test_one_that_is_gone_is_noticed(told: list[dict[str, Any]]) -> None:
    assert "another process of this training has ended" in told[0]["lost"]
    assert "\n" not in told[0]["lost"]


def test_shares_make_up_the_whole_batch(images: Callable[..., TrainingImages]) -> None:
    made = images()
    whole, *shares = (
        Sampler(made.normals, made.defects, 3, share=share).batch(5, replace(RECIPE, composed=0.3, real=0.2))
        for share in ((0, 1), (0, 3), (1, 3), (2, 3))
    )
    for rank, share in enumerate(shares):
        for name in vars(Batch(*[None] * 5)):  # type: ignore[arg-type]
            assert (getattr(share, name) == getattr(whole, name)[rank::3]).all(), name


def test_averages_and_facts_reach_all(told: list[dict[str, Any]]) -> None:
    for rank, each in enumerate(told):
        assert (each["rank"], each["size"]) == (rank, 2)
        assert each["average"] == [[[0.5] * 3] * 2, 2.0]
        assert each["any"] == [True, False, True]
        assert each["of_first"] == "said by 0"


def test_an_error_anywhere_ends_all_and_is_said_once(told: list[dict[str, Any]]) -> None:
    assert told[0]["attempts"] == ["well", "exit 2", "wrong in 0"]
    assert told[1]["attempts"] == ["well", "wrong in 1", "exit 2"]


def test_alone_nothing_is_asked_of_others() -> None:
    with joined() as group:
        assert group == Group(0, 1)
    tensor = torch.ones(2)
    group.average([tensor])
    assert group.any(True, False) == (True, False)
    assert group.of_first(lambda: 3) == group.attempt(lambda: 3) == 3
    assert tensor.tolist() == [1, 1]


def test_other_images_or_too_many_processes_are_refused(
    images: Callable[..., TrainingImages], small: Config
) -> None:
    course = Course(images(), small, lambda _: None, lambda _: None, None)
    other = Course(images(normals=13), replace(small, seed=4), lambda _: None, lambda _: None, None)
    with pytest.raises(ModelError, match="process 0 has other images, seed than the first"):
        course._check_same(other._run_is())
    crowd = Course(images(), small, lambda _: None, lambda _: None, None, Group(0, 5))
    with pytest.raises(ModelError, match="5 processes cannot share 4 crops"):
        crowd._check_same(crowd._run_is())


def test_each_process_takes_its_own_gpu_and_more_than_gpus_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for name, value in (("TORCHELASTIC_RUN_ID", "x"), ("WORLD_SIZE", "3"), ("LOCAL_WORLD_SIZE", "3")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert together.pick_device() == torch.device("cuda", 1)
    with pytest.raises(ModelError, match="3 processes on a machine with 2 GPUs"), joined():
        pass
