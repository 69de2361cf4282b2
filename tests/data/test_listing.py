from __future__ import annotations

import os
from pathlib import Path

import pytest

from gyeol.data.image import read_image
from gyeol.data.listing import by_stem, list_images
from gyeol.errors import DataError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


def test_extensions_in_any_case_sorted_by_name(tmp_path: Path) -> None:
    touch(tmp_path, "b.PNG", "a.jpeg", "c.TiF", "d.tiff", "e.bmp", "f.Jpg", "10.png", "9.png")
    want = ["10.png", "9.png", "a.jpeg", "b.PNG", "c.TiF", "d.tiff", "e.bmp", "f.Jpg"]
    assert [path.name for path in list_images(tmp_path)] == want


def test_what_is_no_image_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, ".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "readme.txt", "labels.csv", "noext")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")  # opening it would wait for ever
    assert list_images(tmp_path) == []


def test_pictures_that_cannot_be_read_are_not_lost_in_silence(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "c.webp", "b.GIF")
    with pytest.raises(DataError, match=r"b\.GIF: a format .* \(2 such files"):
        list_images(tmp_path)


def test_links_are_followed_and_dead_ones_reported_when_read(tmp_path: Path) -> None:
    touch(tmp_path, "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    (tmp_path / "c.png").symlink_to(tmp_path / "gone.png")
    images = list_images(tmp_path)
    assert [path.name for path in images] == ["a.png", "b.png", "c.png"]
    with pytest.raises(DataError, match="no such file"):
        read_image(images[2])


def test_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(DataError, match="cannot be read"):
        list_images(tmp_path)


def test_stems_keep_the_order_and_refuse_twins() -> None:
    paths = [Path("b.png"), Path("a.png")]
    assert list(by_stem(paths)) == ["b", "a"]
    with pytest.raises(DataError, match=r"a\.jpg: a\.png beside it"):
        by_stem([*paths, Path("a.jpg")])
