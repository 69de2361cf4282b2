from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gyeol.cli.main import main


def check(*arguments: object) -> int:
    sys.argv = ["gyeol", "check", *map(str, arguments)]
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "argv", sys.argv)
    path = tmp_path / "sample.csv"
    path.write_text("ImageId,answer\n" + "".join(f"{i},0\n" for i in range(1200)))
    return path


def test_good(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(sample.read_text().replace("7,0\n", "7,1\n"))
    assert check(path, sample) == 0
    assert capsys.readouterr() == ("OK: 1,200 rows\n", "")


def test_one_class_passes_with_a_warning(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(sample, sample) == 0
    assert capsys.readouterr() == ("OK: 1,200 rows\n", "warning: All 1,200 answers are 0.\n")


def test_a_line_for_each_problem(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ImageId,answer\n0,0\n1,5\n")
    assert check(path, sample) == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 answer is not 0 or 1: line 3: '5'.",
        "It has 2 rows; the sample has 1,200.",
        "1,198 ids are missing from it: 2, 3, 4 and 1,195 more.",
    ]


def test_missing_file(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for pair in ((tmp_path / "no.csv", sample), (sample, tmp_path / "no.csv")):
        assert check(*pair) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        assert "no.csv: no such file" in err


def test_json(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("")
    assert check(path, sample, "--json") == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "rows": 0,
        "problems": ["The file is empty."],
        "warnings": [],
    }
    assert check(sample, sample, "--json") == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == ["All 1,200 answers are 0."]
