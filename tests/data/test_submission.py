from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gyeol.data.submission import (
    check_submission,
    inspect_submission,
    read_sample_ids,
    read_submission,
    write_submission,
)
from gyeol.errors import DataError

GOOD = "ImageId,answer\na,0\nb,1\nc,0\n"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.csv"
    path.write_text("ImageId,answer\na,0\nb,0\nc,0\n")
    return path


def problems(tmp_path: Path, content: str | bytes, sample: Path | None) -> list[str]:
    path = tmp_path / "submission.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check_submission(path, sample)


def test_good_ones(tmp_path: Path, sample: Path) -> None:
    for content in (
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n",
        GOOD.replace("b", '"b"'),
    ):
        assert problems(tmp_path, content, sample) == []
        assert problems(tmp_path, content, None) == []


@pytest.mark.parametrize(
    ("content", "want"),
    [
        ("", "The file is empty."),
        (" \n\n", "The file is empty."),
        ("ImageId,answer\n", "It has a header but no rows."),
        ("a,0\nb,1\nc,0\n", "The header is missing: the first line is a,0, not ImageId,answer."),
        ("id,label\na,0\n", "The columns are id,label, not exactly ImageId,answer."),
        (GOOD.replace("ImageId", "imageid"), "The columns are imageid,answer, not exactly ImageId,answer."),
        (GOOD.replace(",", ";"), "The columns are separated by a semicolon, not by a comma."),
        (GOOD.replace(",", "\t"), "The columns are separated by a tab, not by a comma."),
        (GOOD.encode("utf-16"), "It is encoded as UTF-16; save it as UTF-8."),
        (GOOD.replace("b", "결").encode("cp949"), "It is not UTF-8 text (line 3); save it as UTF-8."),
        (GOOD.encode("utf-8-sig"), "It starts with a byte-order mark; save it as UTF-8 without one."),
        (GOOD.replace("a,0", "a,0.5"), "1 answer is not 0 or 1: line 2: '0.5'."),
        (GOOD.replace("0", "no"), "2 answers are not 0 or 1: line 2: 'no', line 4: 'no'."),
        (GOOD.replace("b,1", "b,"), "1 answer is not 0 or 1: line 3: ''."),
        (GOOD.replace("b,1\n", ""), "It has 2 rows; the sample has 3.|1 id is missing from it: b."),
        (GOOD + "d,0\n", "It has 4 rows; the sample has 3.|1 id is not in the sample: d."),
        (GOOD + "a,0\n", "1 id is more than once: a.|It has 4 rows; the sample has 3."),
        (GOOD.replace("c", "C"), "1 id is missing from it: c.|1 id is not in the sample: C."),
        (
            "ImageId,answer\nb,0\na,0\nc,0\n",
            "The rows are not in the sample's order: from line 2, b stands where the sample has a.",
        ),
        (GOOD.replace("b,1", "b,1,x"), "1 row does not have 2 fields: line 3 has 3."),
        (GOOD.replace("b,1", '"b,1'), "Line 4 cannot be parsed: unexpected end of data."),
    ],
)
def test_each_fault_has_its_sentence(tmp_path: Path, sample: Path, content: str | bytes, want: str) -> None:
    found = problems(tmp_path, content, sample)
    if "cannot be parsed" in want:  # the rest of the file is then missing as well
        found = found[:1]
    assert found == want.split("|")


def test_columns_in_another_order_are_said_and_the_rest_still_checked(tmp_path: Path, sample: Path) -> None:
    found = problems(tmp_path, "answer,ImageId\n0,a\n7,b\n0,c\n", sample)
    assert found == [
        "The columns are answer,ImageId, not exactly ImageId,answer.",
        "1 answer is not 0 or 1: line 3: '7'.",
    ]


def test_long_lists_are_cut(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("ImageId,answer\n" + "".join(f"t{i:04},0\n" for i in range(9100)))
    found = problems(tmp_path, "ImageId,answer\nt0000,0\n", sample)
    assert found[1] == "9,099 ids are missing from it: t0001, t0002, t0003 and 9,096 more."


def test_one_class_is_a_warning(tmp_path: Path, sample: Path) -> None:
    found = inspect_submission(sample, sample)
    assert found.problems == ()
    assert found.warnings == ("All 3 answers are 0.",)
    assert found.rows == 3


def test_unreadable_files(tmp_path: Path, sample: Path) -> None:
    for path, other in ((tmp_path / "no.csv", sample), (sample, tmp_path / "no.csv"), (tmp_path, sample)):
        with pytest.raises(DataError, match=r"no such file|a folder"):
            check_submission(path, other)


@pytest.mark.parametrize("content", ["", "ImageId,answer\n", "a,0\n", "ImageId,answer\na,0\na,0\n"])
def test_useless_samples_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sample.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=r"sample\.csv: .*; give|Give") as caught:
        read_sample_ids(path)
    assert len(str(caught.value).splitlines()) == 1


def test_answers_of_the_sample_are_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("ImageId,answer\na,\nb,?\n")
    assert read_sample_ids(path) == ["a", "b"]


def test_write_then_read(tmp_path: Path, sample: Path) -> None:
    path = tmp_path / "out" / "submission.csv"
    write_submission(path, ["a", "b", "c"], np.array([False, True, False]), sample)
    assert path.read_bytes() == GOOD.encode()
    ids, answers = read_submission(path)
    assert ids == ["a", "b", "c"]
    assert answers.dtype == np.int8
    assert answers.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("ids", "answers"),
    [
        (["a", "b"], [0, 1]),
        (["a", "c", "b"], [0, 1, 0]),
        (["a", "b", "c"], [0, 1, 2]),
        (["a", "b", "c"], [0, 1, float("nan")]),
        (["a", "b", "c"], [0, 1]),
        (["a", "b", "\udcff"], [0, 1, 0]),
    ],
)
def test_faulty_result_does_not_replace_the_old_file(
    tmp_path: Path, sample: Path, ids: list[str], answers: list[int]
) -> None:
    path = tmp_path / "submission.csv"
    path.write_text("old")
    with pytest.raises(DataError, match="is not written"):
        write_submission(path, ids, answers, sample)
    assert path.read_text() == "old"


def test_read_names_the_first_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(GOOD.replace("1", "2"))
    with pytest.raises(DataError, match=r"a\.csv: 1 answer is not 0 or 1: line 3"):
        read_submission(path)
    path.write_bytes(GOOD.encode("utf-8-sig"))  # a mark that Excel leaves does not make it unreadable
    assert read_submission(path)[0] == ["a", "b", "c"]


@settings(deadline=None)
@given(
    ids=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        min_size=1,
        unique=True,
    ),
    seed=st.integers(0, 99),
)
def test_any_ids_survive_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("round", numbered=True)
    answers = np.random.default_rng(seed).integers(0, 2, len(ids))
    with (folder / "sample.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("ImageId", "answer"), *((name, 0) for name in ids)])
    write_submission(folder / "out.csv", ids, answers, folder / "sample.csv")
    back, values = read_submission(folder / "out.csv")
    assert back == ids
    assert values.tolist() == answers.tolist()


def test_equal_answers_are_warned_of_only_in_a_sound_file_of_two_rows_or_more(tmp_path: Path) -> None:
    path = tmp_path / "submission.csv"
    for content, warnings in (
        ("ImageId,answer\na,1\n", ()),
        ("ImageId,answer\na,1\nb,1\n", ("All 2 answers are 1.",)),
        ("ImageId,answer\na,1\na,1\n", ()),
        ("ImageId,answer\na,1\nb,0\n", ()),
    ):
        path.write_text(content)
        assert inspect_submission(path).warnings == warnings


def test_a_sample_that_is_no_table_is_named_with_its_first_problem(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("ImageId,answer\na,0\nb\n")
    with pytest.raises(DataError, match=r"sample\.csv: .*line 3"):
        read_sample_ids(path)


def test_what_is_not_written_is_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "submission.csv"
    with pytest.raises(DataError, match=r"submission\.csv is not written: 2 ids but 1 answers"):
        write_submission(path, ["a", "b"], [1])
    odd = "x" * 30 + "before" + "\udcff" + "after" + "y" * 30
    with pytest.raises(DataError, match=r"submission\.csv is not written: .*before.*after.*rename") as caught:
        write_submission(path, ["a", odd], [1, 0])
    assert "x" * 20 not in str(caught.value)
    assert "y" * 20 not in str(caught.value)
    assert not path.exists()
