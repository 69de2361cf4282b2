from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from pyarrow import parquet

from gyeol.cluster.places import join, list_inputs, names_in, read_bytes, write_whole
from gyeol.errors import DataError, OutputError


@pytest.fixture
def folder(png: Callable[..., Path], tmp_path: Path) -> Path:
    for name in ("b.png", "a.PNG", "deep/c.png", "deep/결함 1.png", ".hidden.png"):
        png(tmp_path / "in" / name)
    (tmp_path / "in/readme.txt").write_text("x")
    return tmp_path / "in"


def names(found: list[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in found]


def test_a_folder_is_searched_through_and_hidden_files_left_out(folder: Path) -> None:
    found = list_inputs(str(folder))
    assert sorted(names(found)) == ["a.PNG", "b.png", "c.png", "결함 1.png"]
    assert found == sorted(found)
    assert all(Path(path).is_file() for path in found)


def test_a_glob_and_a_single_image(folder: Path) -> None:
    assert names(list_inputs(f"{folder}/*.png")) == ["b.png"]
    assert names(list_inputs(f"{folder}/**/*.png")) == ["b.png", "c.png", "결함 1.png"]
    assert list_inputs(str(folder / "b.png")) == [str(folder / "b.png")]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_manifest_keeps_its_order_and_names_from_its_own_place(folder: Path, form: str) -> None:
    paths = ["deep/c.png", str(folder / "b.png"), "deep/c.png", "s3://bucket/x.png"]
    file = folder / f"m.{form}"
    if form == "csv":
        file.write_text("path,note\n" + "".join(f"{path},x\n" for path in paths), encoding="utf-8-sig")
    else:
        parquet.write_table(pa.table({"path": paths}), file)
    assert list_inputs(str(file)) == [f"{folder}/deep/c.png", str(folder / "b.png"), "s3://bucket/x.png"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f / "none", "no such folder, glob, manifest or image"),
        (lambda f: write(f / "empty/x.txt", "").parent, "no images in it"),
        (lambda f: f"{f}/*.tif", "no images in it"),
        (lambda f: write(f / "m.csv", "file\na.png\n"), "no column 'path'"),
        (lambda f: write(f / "m.csv", "path\n"), "no rows"),
        (lambda f: write(f / "m.csv", "path,x\na.png,1\n,2\n"), "row 2 has no path"),
        (lambda f: write(f / "m.parquet", "no parquet"), "cannot be listed"),
        (lambda f: "nowhere://bucket/x", "cannot be listed"),
    ],
)
def test_what_cannot_be_listed_says_why(folder: Path, make: Callable[[Path], object], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list_inputs(str(make(folder)))
    assert "\n" not in str(caught.value)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_an_object_store_is_read_and_written_by_url(folder: Path) -> None:
    store = fsspec.filesystem("memory")
    store.pipe_file("/shop/in/a.png", (folder / "b.png").read_bytes())
    found = list_inputs("memory://shop/in")
    assert names(found) == ["a.png"]
    assert found[0].startswith("memory://")
    assert read_bytes(found[0]) == (folder / "b.png").read_bytes()
    write_whole("memory://shop/out/x.bin", b"123")
    assert names_in("memory://shop/out") == {"x.bin"}
    assert read_bytes("memory://shop/out/x.bin") == b"123"


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(join(str(tmp_path / "new"), "x.bin"), b"123")
    write_whole(join(str(tmp_path / "new"), "x.bin"), b"4567")
    assert (tmp_path / "new/x.bin").read_bytes() == b"4567"
    assert names_in(str(tmp_path / "new")) == {"x.bin"}
    assert names_in(str(tmp_path / "none")) == set()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(str(tmp_path / "file/x.bin"), b"1")
    with pytest.raises(DataError, match="cannot be read"):
        read_bytes(str(tmp_path / "gone.png"))
