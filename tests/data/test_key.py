from __future__ import annotations

from pathlib import Path

import pytest

from gyeol.data.dataset import LabelledImage
from gyeol.data.key import as_csv, read_key, write_answers
from gyeol.errors import DataError

ROWS = [("a", Path("a.png")), ("b.png", Path("b.png"))]


@pytest.fixture
def key(tmp_path: Path, png) -> Path:
    """A key as the sample generator writes it, with a mask too many."""
    (tmp_path / "answers.csv").write_text("ImageId,answer,kind\na.png,1,weave\nb.png,0,weave\n")
    png(tmp_path / "masks/a.png")
    png(tmp_path / "masks/b.png")
    return tmp_path


def test_ids_match_with_and_without_the_extension(key: Path) -> None:
    assert read_key(key, ROWS) == (
        LabelledImage(Path("a.png"), True, key / "masks/a.png", "weave"),
        LabelledImage(Path("b.png"), False, None, "weave"),
    )


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("ImageId,truth\na,1\n", "no column answer"),
        ("ImageId,answer\na,1\nb,yes\n", "line 3: answer must be 0 or 1, not 'yes'"),
        ("ImageId,answer\na,1\n", r"no answer to 1 of the test images \(b.png\)"),
        ("", "empty"),
    ],
)
def test_faults_are_named(key: Path, table: str, fault: str) -> None:
    (key / "answers.csv").write_text(table)
    with pytest.raises(DataError, match=fault) as caught:
        read_key(key, ROWS)
    assert "answers.csv" in str(caught.value)


def test_what_is_written_is_read_again(key: Path) -> None:
    images = read_key(key, ROWS)
    write_answers(key / "answers.csv", ["a", "b"], images)
    assert (key / "answers.csv").read_text() == "ImageId,answer,kind\na,1,weave\nb,0,weave\n"
    assert read_key(key, ROWS) == images


def test_beside_kinds_none_is_empty(tmp_path: Path) -> None:
    images = [LabelledImage(Path(name), name != "c", kind="x" * (name == "a")) for name in "abc"]
    write_answers(tmp_path / "k.csv", "abc", images)
    assert (tmp_path / "k.csv").read_text() == "ImageId,answer,kind\na,1,x\nb,1,defect\nc,0,normal\n"


def test_without_kinds_there_is_no_column(tmp_path: Path) -> None:
    write_answers(tmp_path / "k.csv", ["a,b"], [LabelledImage(Path("a"), True)])
    assert (tmp_path / "k.csv").read_text() == 'ImageId,answer\n"a,b",1\n'
    assert as_csv(("x",), [("a\rb",)]) == 'x\n"a\rb"\n'
