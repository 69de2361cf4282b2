"""Full and read-only disks, files that go while being read, two runs into one place, no memory: one line, no half."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gyeol.cli import work
from gyeol.data.competition import read_competition
from gyeol.detect import trainer
from gyeol.detect.detector import Detector
from gyeol.detect.record import data_fingerprint
from gyeol.engine import stream
from gyeol.files import atomic_directory, lock_beside, locked

Gyeol = Callable[..., tuple[Any, str, str]]
Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Give the function that mounts a small disk; where that is not allowed, the test is skipped."""
    mounted: list[Path] = []
    program, undo = shutil.which("mount"), shutil.which("umount")

    def make(options: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        command = [program or "mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
        if not program or not undo or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("mounting is not allowed")
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run([undo or "umount", "-l", place], check=True)


def fill(path: Path) -> None:
    """Write to a file until the disk is full."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)


def refused(answer: tuple[Any, str, str], words: str) -> None:
    """See that a command ended with one line, in the end, that says what is wrong."""
    code, _, err = answer
    assert code == 2, err
    assert err.startswith("gyeol: ") or "\ngyeol: " in err
    assert words in err.splitlines()[-1]


def commands(competition: Path, model: Path, place: Path) -> dict[str, tuple[object, ...]]:
    """List commands that write into a place."""
    return {
        "sample": ("sample", place / "data", "--scale", "tiny", "--workers", 1),
        "convert": ("convert", competition, "-o", place / "table", "--to", "manifest"),
        "explore": ("explore", competition, "-o", place / "facts.json"),
        "train": ("train", competition, "-o", place / "m", "--steps", 20),
        "predict": ("predict", model, competition, "-o", place / "a.csv", "--heatmaps", place / "maps"),
        "run": ("run", competition, "-o", place / "out", "--steps", 20),
        "serve": ("serve", model, "--db", place / "r.db", "--port", 0),
    }


@pytest.mark.parametrize("name", ["sample", "convert", "explore", "train", "predict", "run", "serve"])
def test_a_full_disk_is_one_line_and_leaves_nothing_half(
    gyeol: Gyeol, competition: Path, model: Path, mount: Mount, name: str
) -> None:
    torch.set_num_threads(1)
    disk = mount("size=64k")
    (disk / "filler").write_bytes(b"x" * (60 if name in ("explore", "predict", "serve") else 40) * 1024)
    refused(gyeol(*commands(competition, model, disk)[name]), "No space left" if name != "serve" else "full")
    left = {path.name for path in disk.rglob("*")} - {"filler"}
    assert left <= {"out", "explore.json", "r.db", "r.db-wal", "r.db-shm"}, (
        "whole files of a run may be there"
    )


@pytest.mark.parametrize("name", ["sample", "convert", "explore", "train", "predict", "run", "serve"])
def test_a_read_only_place_is_one_line(
    gyeol: Gyeol, competition: Path, model: Path, mount: Mount, name: str
) -> None:
    disk = mount("size=64k,ro")
    answer = gyeol(*commands(competition, model, disk)[name])
    refused(answer, "cannot ")
    assert "ead-only" in answer[2]


def test_a_disk_that_fills_up_during_training_costs_no_more_than_the_last_minute(
    gyeol: Gyeol, competition: Path, mount: Mount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0.0)
    disk = mount("size=64m")
    options = ("train", competition, "--steps", 20, "-o")
    assert gyeol(*options, tmp_path / "whole")[0] == 0

    @contextmanager
    def filling() -> Iterator[Any]:
        def report(now: trainer.Progress) -> None:
            if now.phase == "fold 1" and now.step == 3:
                fill(disk / "filler")

        yield report

    with monkeypatch.context() as patch:
        patch.setattr(work, "training", filling)
        refused(gyeol(*options, disk / "model"), "No space left")
    assert sorted(path.name for path in disk.iterdir()) == [".model.training", "filler"], (
        "the last state is whole"
    )
    (disk / "filler").unlink()
    code, _, err = gyeol(*options, disk / "model", "--resume")
    assert code == 0, err
    assert [path.name for path in disk.iterdir()] == ["model"]
    one, other = (Detector.load(path).net_.state_dict() for path in (tmp_path / "whole", disk / "model"))
    assert all(torch.equal(value, other[name]) for name, value in one.items())


def test_every_command_that_writes_is_refused_while_another_run_writes_there(
    gyeol: Gyeol, competition: Path, model: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    for name, result, hold in (
        ("sample", "data", atomic_directory),
        ("convert", "table", atomic_directory),
        ("train", "m", lambda path: locked(lock_beside(path))),
        ("predict", "a.csv", lambda path: locked(lock_beside(path))),
        ("predict", "maps", atomic_directory),
        ("run", "out", lambda path: locked(lock_beside(path))),
        ("serve", "r.db", lambda path: locked(lock_beside(path))),
    ):
        with hold(place / result):
            refused(
                gyeol(*commands(competition, model, place)[name]), "another run is writing here: process "
            )
            assert not (place / result).exists()
        shutil.rmtree(place)


def test_an_image_that_goes_or_changes_while_the_folder_is_judged(
    gyeol: Gyeol, competition: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = competition / "test/images"
    judge, harm = stream._judge, ""

    def harmful(*arguments: Any) -> Any:
        """Do the harm after the folder was listed, before this image is read."""
        if harm == "gone":
            (images / "test_2.png").unlink(missing_ok=True)
        elif harm == "cut":
            (images / "test_2.png").write_bytes((images / "test_1.png").read_bytes()[:200])
        return judge(*arguments)

    monkeypatch.setattr(stream, "_judge", harmful)
    for harm, words in (("cut", "test_2.png"), ("gone", "moved while being read")):
        refused(gyeol("predict", model, competition, "-o", tmp_path / "a.csv"), words)
        assert not (tmp_path / "a.csv").exists()
        code, _, err = (
            gyeol("predict", model, competition, "-o", tmp_path / "b.csv", "--unreadable", "defect")
            if harm == "cut"
            else (0, "", "1 images could not be read")
        )
        assert code == 0
        assert "1 images could not be read" in err


def test_data_that_goes_during_training_does_not_cost_the_model(
    gyeol: Gyeol, competition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)

    @contextmanager
    def removing() -> Iterator[Any]:
        def report(now: trainer.Progress) -> None:
            if now.phase == "final" and (competition / "train").exists():
                shutil.move(competition / "train", tmp_path / "moved")

        yield report

    before = data_fingerprint(read_competition(competition))
    monkeypatch.setattr(work, "training", removing)
    code, _, err = gyeol("train", competition, "-o", tmp_path / "m", "--steps", 20)
    assert code == 0, err
    assert Detector.load(tmp_path / "m").record_["data"] == before, "as it was when it was read"


def test_a_training_image_that_goes_while_reading_is_named(
    gyeol: Gyeol, competition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = competition / "train/normal_images/normal_3.png"
    inspect = work.read_training_data

    def vanishing(*arguments: Any) -> Any:
        found = inspect(*arguments)
        gone.unlink()
        return found

    monkeypatch.setattr(work, "read_training_data", vanishing)
    refused(gyeol("train", competition, "-o", tmp_path / "m", "--steps", 20), "normal_3.png")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 TB")]
)
def test_no_memory_while_judging_is_one_line_and_leaves_nothing(
    gyeol: Gyeol,
    competition: Path,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    judge = Detector.judge

    def hungry(self: Detector, pixels: np.ndarray) -> Any:
        if pixels.shape == (128, 64):
            raise error
        return judge(self, pixels)

    Image.new("L", (64, 128)).save(competition / "test/images/test_1.png")
    monkeypatch.setattr(Detector, "judge", hungry)
    out = tmp_path / "out"
    answer = gyeol("predict", model, competition, "-o", out / "a.csv", "--heatmaps", out / "maps")
    refused(answer, "out of memory")
    assert not out.exists() or not list(out.iterdir())
