from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gyeol.data.annotation import Drawn
from gyeol.data.layouts import read_dataset
from gyeol.errors import DataError, MissingExtraError

TABLE = """path,label,mask,split,kind,remark
결함 사진/a 1.PNG,1,masks/a.bmp,train,scratch,x
결함 사진/b.png,defect,,train,,
good/c.JPG,0,,train,,
good/d.tif,normal,,validation,,
new/e.png,1,masks/e.png,test,dent,
new/f.png,0,,test,,
"""


@pytest.fixture
def manifest(tmp_path: Path, png) -> Path:
    """A folder with a table, in many extensions and scripts."""
    root = tmp_path / "표"
    for number, line in enumerate(TABLE.splitlines()[1:]):
        path, _, mask, *_ = line.split(",")
        png(root / path, seed=number)
        if mask:
            png(root / mask, seed=9)
    (root / "manifest.csv").write_text(TABLE, encoding="utf-8-sig")
    return root


def fault(root: Path, table: str) -> str:
    (root / "manifest.csv").write_text(table, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_dataset(root, "manifest")
    assert len(str(caught.value).splitlines()) == 1
    assert "manifest.csv" in str(caught.value)
    return str(caught.value)


def test_the_table_and_its_folder_mean_the_same(manifest: Path) -> None:
    data = read_dataset(manifest)
    assert data == read_dataset(manifest / "manifest.csv")
    assert [(image.path.name, image.kind) for image in data.defects] == [
        ("a 1.PNG", "scratch"),
        ("b.png", ""),
    ]
    assert [image.mask for image in data.defects] == [manifest / "masks/a.bmp", None]
    assert [image.path.name for image in data.normals] == ["c.JPG", "d.tif"]
    assert [(image.path.name, image.defective, image.kind) for image in data.key] == [
        ("e.png", True, "dent"),
        ("f.png", False, ""),
    ]


def test_without_a_split_the_label_decides(manifest: Path) -> None:
    (manifest / "manifest.csv").write_text("label,path\n1,new/e.png\n0,new/f.png\n,good/c.JPG\n")
    data = read_dataset(manifest)
    assert (len(data.train), [path.name for path in data.test], data.key) == (2, ["c.JPG"], ())


def test_absolute_paths_windows_paths_and_labelme_masks(manifest: Path) -> None:
    shape = {"label": "x", "points": [[1, 1], [5, 5]], "shape_type": "rectangle"}
    content = {"shapes": [shape], "imagePath": "e.png", "imageHeight": 64, "imageWidth": 64}
    (manifest / "masks/e.json").write_text(json.dumps(content))
    table = f"path,label,mask\n{manifest}/new/e.png,1,masks\\e.json\ngood\\c.JPG,0,\n"
    (manifest / "manifest.csv").write_text(table, encoding="utf-8")
    data = read_dataset(manifest)
    assert isinstance(data.defects[0].mask, Drawn)
    assert data.normals[0].path == manifest / "good/c.JPG"


@pytest.mark.parametrize(
    ("table", "want"),
    [
        ("path,answer\n", "no column label"),
        ("path;label\n", "separated by a semicolon"),
        ("path,label\ngone.png,1\n", "row 2: no file gone.png"),
        ("path,label\n,1\n", "row 2 has no path"),
        ("path,label\nnew/e.png,scratch\n", "row 2: label 'scratch' is not 0, 1"),
        ("path,label,split\nnew/e.png,1,left\n", "row 2: split 'left'"),
        ("path,label,split\nnew/e.png,,train\n", "row 2 is for training but has no label"),
        ("path,label\nnew/e.png,1\nnew/e.png,0\n", "row 3 names e.png, as row 2 does"),
        ("path,label,mask\nnew/f.png,0,masks/a.bmp\n", "row 2: a normal image has a mask"),
        ("path,label,mask\nnew/e.png,1,gone.png\n", "row 2: no file gone.png"),
        ("path,label,split\nnew/e.png,1,test\nnew/f.png,,test\n", "1 of 2 test images have no label"),
    ],
)
def test_faults_name_their_row(manifest: Path, table: str, want: str) -> None:
    assert want in fault(manifest, table)


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no manifest"):
        read_dataset(tmp_path, "manifest")


def test_parquet_without_pyarrow_says_what_to_install(
    manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (manifest / "manifest.csv").rename(manifest / "manifest.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gyeol\[parquet\]'"):
        read_dataset(manifest)


def test_parquet_says_the_same_as_csv(manifest: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    want = read_dataset(manifest)
    convert = csv.ConvertOptions(column_types={"label": pyarrow.string()}, strings_can_be_null=True)
    table = csv.read_csv(manifest / "manifest.csv", convert_options=convert)
    (manifest / "manifest.csv").unlink()
    parquet.write_table(table, manifest / "manifest.parquet")
    assert read_dataset(manifest) == want
    numbers = pyarrow.table({"path": ["new/e.png", "new/f.png"], "label": [1.0, 0.0], "mask": [None, None]})
    parquet.write_table(numbers, manifest / "manifest.parquet")
    assert [image.defective for image in read_dataset(manifest).train] == [True, False]
    (manifest / "manifest.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="no Parquet table"):
        read_dataset(manifest)
