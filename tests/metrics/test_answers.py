from __future__ import annotations

import unicodedata

import pytest

from gyeol.errors import DataError
from gyeol.metrics.answers import check_key, find_key, gravest, read_compared


@pytest.fixture
def files(tmp_path):
    """Give a function that writes FILE and KEY and compares them."""

    def write(file: str, key: str = "ImageId,answer\na.png,0\nb.png,1\nc.png,1\n"):
        (tmp_path / "file.csv").write_bytes(file.encode())
        (tmp_path / "answers.csv").write_bytes(key.encode())
        return read_compared(tmp_path / "file.csv", tmp_path / "answers.csv")

    return write


def test_the_rows_come_in_the_keys_order(files):
    found = files("ImageId,answer\nc.png,1\na.png,0\nb.png,0\n")
    assert found.ids == ("a.png", "b.png", "c.png")
    assert found.truth.tolist() == [0, 1, 1]
    assert found.answers.tolist() == [0, 0, 1]
    assert found.scores is None
    assert found.kinds is None


def test_scores_and_kinds_are_read_by_their_columns(files):
    found = files(
        "\ufeffkind,answer,score,ImageId\r\nx,1,2.5,b\r\nx,1,-1e3,c\r\nx,0,0.25,a\r\n",
        "ImageId,answer,kind\na,0,woven\nb,1,grain\nc,1,grain\n",
    )
    assert found.scores.tolist() == [0.25, 2.5, -1000]
    assert found.kinds == ("woven", "grain", "grain")


def test_ids_match_without_extension_and_however_hangul_is_stored(files):
    assert files("ImageId,answer\nb,1\nc,1\na,0\n").answers.tolist() == [0, 1, 1]
    dotted = "ImageId,answer\na.1.png,0\na.2.png,1\n"
    assert files("ImageId,answer\na.2,1\na.1,0\n", dotted).answers.tolist() == [0, 1]
    name = "시험"
    key = f"ImageId,answer\n{unicodedata.normalize('NFD', name)},0\nb,1\n"
    assert files(f"ImageId,answer\nb,0\n{name},1\n", key).answers.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("ImageId,score\na.png,0\n", r"no column answer; its header is ImageId,score"),
        ("a.png,0\n", r"no column ImageId and no column answer"),
        ("", "its header is empty"),
        ("ImageId,answer\n", "no rows"),
        ("ImageId,answer\na.png,0\nb.png\n", "line 3 has 1 fields, not 2"),
        ("ImageId,answer\na.png,0\nb.png,yes\nc.png,1\n", "line 3: answer must be 0 or 1, not 'yes'"),
        ("ImageId,answer\na.png,0.7\n", "line 2: answer must be 0 or 1, not '0.7'"),
        ("ImageId,answer,score\na.png,0,high\n", "line 2: score must be a finite number, not 'high'"),
        ("ImageId,answer,score\na.png,0,nan\n", "line 2: score must be a finite number, not 'nan'"),
        ("ImageId,answer,score\na.png,0,\n", "line 2: score must be a finite number, not ''"),
        ("ImageId,answer,score\na.png,0,inf\n", "line 2: score must be a finite number"),
        ("ImageId,answer\na.png,0\na.png,1\nb.png,1\nc.png,1\n", "ids more than once: a.png"),
        ("ImageId,answer\na.png,0\n", r"lacks 2 of the 3 ids in .*answers.csv \(b.png, c.png\)"),
        (
            "ImageId,answer\na.png,0\nb.png,0\nd.png,0\ne.png,0\nf.png,0\ng.png,0\n",
            r"lacks 1 .*\(c.png\) and has 4 ids that are not in .*\(d.png, e.png, f.png and 1 more\)",
        ),
        ('ImageId,answer\n"a.png,0\n', "not a CSV table"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_one_line(files, file, message):
    with pytest.raises(DataError, match=message) as caught:
        files(file)
    assert "\n" not in str(caught.value)
    assert "file.csv" in str(caught.value)


@pytest.mark.parametrize(("label", "message"), [("0", "no defects"), ("1", "no normals")])
def test_a_key_of_one_class_is_refused(files, label, message):
    table = f"ImageId,answer\na,{label}\nb,{label}\n"
    with pytest.raises(DataError, match=rf"answers.csv: {message} among its 2 images"):
        files(table, table)


def test_a_key_may_be_a_folder_or_its_parent(tmp_path):
    answers = tmp_path / "key" / "answers.csv"
    answers.parent.mkdir()
    answers.write_text("ImageId,answer\n")
    assert find_key(tmp_path) == find_key(tmp_path / "key") == find_key(answers) == answers


def test_missing_binary_and_wrong_places_are_said(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    (tmp_path / "answers.csv").write_text("ImageId,answer\na,0\nb,1\n")
    for file, key, message in (
        ("none.csv", "answers.csv", "none.csv: no such file"),
        ("answers.csv", "none.csv", "none.csv: no such file"),
        ("binary.csv", "answers.csv", "not a CSV table in UTF-8"),
        ("empty", "answers.csv", "cannot be read"),
        ("answers.csv", "empty", "no answers.csv in it"),
    ):
        with pytest.raises(DataError, match=message):
            read_compared(tmp_path / file, tmp_path / key)


def test_the_gravest_mistakes_come_first_and_misses_before_false_alarms(files):
    key = "ImageId,answer\na,1\nb,1\nc,0\nd,0\ne,1\n"
    found = files("ImageId,answer,score\na,0,0.4\nb,0,0.1\nc,1,0.6\nd,1,0.9\ne,1,0.8\n", key)
    assert [found.ids[n] for n in gravest(found)] == ["b", "a", "d", "c"]
    assert [found.ids[n] for n in gravest(found, most=1)] == ["b", "d"]
    unscored = files("ImageId,answer\na,0\nb,0\nc,1\nd,1\ne,1\n", key)
    assert [unscored.ids[n] for n in gravest(unscored)] == ["a", "b", "c", "d"]


def test_a_key_of_other_images_is_refused_before_the_work(tmp_path):
    (tmp_path / "answers.csv").write_text("ImageId,answer\na.png,0\nb.png,1\n")
    check_key(tmp_path, tmp_path / "images", ["b", "a"])
    with pytest.raises(DataError, match=r"images: lacks 1 of the 2 ids in .*answers.csv \(b.png\) and has 1"):
        check_key(tmp_path, tmp_path / "images", ["a.png", "c.png"])
    (tmp_path / "answers.csv").write_text("ImageId,answer\na.png,0\nb.png,0\n")
    with pytest.raises(DataError, match=r"answers\.csv: no defects"):
        check_key(tmp_path / "answers.csv", tmp_path / "images", ["a.png", "b.png"])


def test_the_file_and_the_reason_are_in_the_message(tmp_path):
    (tmp_path / "quoted.csv").write_text('ImageId,answer\n"a"b,0\n')
    with pytest.raises(DataError, match=r"quoted\.csv: not a CSV table \(.*expected after"):
        read_compared(tmp_path / "quoted.csv", tmp_path / "quoted.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=r"folder: no answers\.csv in it"):
        find_key(tmp_path / "folder")
