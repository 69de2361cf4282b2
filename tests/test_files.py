from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gyeol import files
from gyeol.errors import OutputError
from gyeol.files import atomic_directory, atomic_file, printable, require_writable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.csv"
    with atomic_file(path) as stream:
        stream.write("한글\n")
        assert not path.exists()
    assert path.read_bytes() == "한글\n".encode()
    assert names(path.parent) == ["a.csv"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_keeps_the_old_file_and_leaves_no_rubbish(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(failure), atomic_file(path) as stream:  # noqa: PT012
        stream.write("half")
        raise failure
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_full_disk_is_an_output_error_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"), atomic_file(path) as stream:
        stream.write("new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a folder"), atomic_file(tmp_path):
        pass


def test_a_file_among_the_parents_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    for writer in (atomic_file, atomic_directory):
        with pytest.raises(OutputError, match="cannot write"), writer(tmp_path / "a" / "b"):
            pass


def test_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    with atomic_file(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with atomic_file(pipe) as stream:
            stream.write("through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_longest_possible_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".csv")
    with atomic_file(path) as stream:
        stream.write("a")
    assert path.read_text() == "a"


def test_directory_replaces_whole(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.mkdir()
    (path / "stale").write_text("")
    with atomic_directory(path) as partial:
        (partial / "fresh").write_text("")
        assert (path / "stale").exists()
    assert names(path) == ["fresh"]
    assert names(tmp_path) == ["model"]


def test_interrupted_directory_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.mkdir()
    (path / "old").write_text("")
    with pytest.raises(KeyboardInterrupt), atomic_directory(path) as partial:  # noqa: PT012
        (partial / "half").write_text("")
        raise KeyboardInterrupt
    assert names(path) == ["old"]
    assert names(tmp_path) == ["model"]


def test_interrupt_between_the_two_renames_brings_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    path.mkdir()
    (path / "old").write_text("")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(files, "_exchange", lambda one, other: False)  # as on a file system that cannot
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), atomic_directory(path):
        pass
    assert names(path) == ["old"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("place", [".", ".."])
def test_current_folder_is_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "precious").write_text("")
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(OutputError, match="current folder"), atomic_directory(Path(place)):
        pass
    assert (tmp_path / "precious").exists()


def test_file_is_no_place_for_a_directory(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(OutputError, match="it is a file"), atomic_directory(path):
        pass
    assert path.read_text() == "old"


def test_printable_keeps_scripts_and_escapes_what_breaks_a_line() -> None:
    assert printable("결 🧵 a b.png") == "결 🧵 a b.png"
    assert printable("a\nb\x1b[31m\udcff") == "a\\nb\\x1b[31m\\udcff"


def test_a_place_that_can_be_written_is_accepted_and_nothing_is_made(tmp_path: Path) -> None:
    for path in (tmp_path / "a.csv", tmp_path / "new/deep/a.csv", Path("/dev/null")):
        require_writable(path)
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a folder"):
        require_writable(tmp_path)
    with pytest.raises(OutputError, match="is a file"):
        require_writable(tmp_path / "file/a.csv")
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(OutputError, match="read-only"):
        require_writable(tmp_path / "new/a.csv")
