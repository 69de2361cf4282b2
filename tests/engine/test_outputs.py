from __future__ import annotations

import csv
import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gyeol.detect.verdict import Verdict
from gyeol.engine import outputs
from gyeol.engine.outputs import SCORE_COLUMNS, Outputs
from gyeol.engine.stream import Judged
from gyeol.errors import DataError, OutputError

PIXELS = np.full((64, 64), 90, np.uint8)


def judged(name: str, score: float, distance: float = 1.0) -> Judged:
    return Judged(name, Verdict(score, int(score > 1), 0, distance, np.full((64, 64), score, np.float32)))


def make(folder: Path, **changes: Any) -> Outputs:
    places = {
        "submission": folder / "out/submission.csv",
        "scores": folder / "out/scores.csv",
        "heatmaps": folder / "out/pictures",
        "raw_heatmaps": folder / "out/raw",
        "sample": None,
        "threshold": 1.0,
        "unreadable": "defect",
    }
    return Outputs(**{**places, **changes})


def fill(out: Outputs, *rows: Judged) -> None:
    for row in rows:
        out.add(row)
        if out.keep and row.verdict:
            out.keep(row.name, PIXELS, row.verdict)


def everything_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_all_files_are_there_when_it_is_over(tmp_path: Path) -> None:
    with make(tmp_path) as out:
        fill(out, judged("a", 0.25), judged("b", 2.5, distance=9.0))
        out.add(Judged("c", None, "c.png: truncated"))
        assert everything_below(tmp_path / "out") != []
        assert not (tmp_path / "out/submission.csv").exists()
        out.finish()
    assert everything_below(tmp_path) == [
        "out/pictures/a.png",
        "out/pictures/b.png",
        "out/raw/a.png",
        "out/raw/b.png",
        "out/scores.csv",
        "out/submission.csv",
    ]
    assert (tmp_path / "out/submission.csv").read_text() == "ImageId,answer\na,0\nb,1\nc,1\n"
    with (tmp_path / "out/scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == SCORE_COLUMNS
    assert [row["score"] for row in rows] == ["0.25000", "2.50000", "nan"]
    assert rows[1]["note"] == "unfamiliar texture"
    assert "truncated" in rows[2]["note"]
    assert out.counts() == {"rows": 3, "defects": 2, "unreadable": 1, "unfamiliar": 1}


@pytest.mark.parametrize("unreadable", ["defect", "normal"])
def test_an_unreadable_image_is_answered_as_asked(tmp_path: Path, unreadable: str) -> None:
    with make(tmp_path, unreadable=unreadable, heatmaps=None, raw_heatmaps=None) as out:
        assert out.keep is None
        out.add(Judged("c", None, "truncated"))
        out.finish()
    assert (tmp_path / "out/submission.csv").read_text().endswith(f"c,{int(unreadable == 'defect')}\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt, DataError, RuntimeError])
def test_an_error_leaves_nothing_new_and_the_old_as_it_was(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "out").mkdir()
    for name in ("submission.csv", "scores.csv"):
        (tmp_path / "out" / name).write_text("old")
    with pytest.raises(error), make(tmp_path) as out:  # noqa: PT012
        fill(out, judged("a", 0.5))
        raise error
    assert everything_below(tmp_path) == ["out/scores.csv", "out/submission.csv"]
    assert {path.read_text() for path in (tmp_path / "out").iterdir()} == {"old"}


def test_a_submission_that_does_not_fit_the_sample_leaves_nothing(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("ImageId,answer\na,0\nb,0\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/scores.csv").write_text("old")
    with pytest.raises(DataError, match="not written"), make(tmp_path, sample=sample) as out:  # noqa: PT012
        fill(out, judged("a", 0.5))
        out.finish()
    assert everything_below(tmp_path) == ["out/scores.csv", "sample.csv"]
    assert (tmp_path / "out/scores.csv").read_text() == "old"


def test_a_full_disk_is_one_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(outputs, "save_overlay", full)
    with pytest.raises(OutputError, match="No space left"), make(tmp_path) as out:
        fill(out, judged("a", 0.5))
    assert everything_below(tmp_path) == []
    assert list((tmp_path / "out").iterdir()) == []


def test_places_that_are_taken_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "out/raw").mkdir(parents=True)
    (tmp_path / "out/raw/mine.png").write_text("x")
    with pytest.raises(OutputError, match="not empty"), make(tmp_path):
        pytest.fail("refused")
    for name in ("submission", "scores"):
        with pytest.raises(OutputError, match="is a folder"), make(tmp_path, **{name: tmp_path / "out"}):
            pytest.fail("refused")
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(OutputError, match="file"), make(tmp_path, raw_heatmaps=file):
        pytest.fail("refused")
    assert everything_below(tmp_path) == ["file", "out/raw/mine.png"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"raw"}, "nor is a hidden folder left"


def test_no_place_serves_for_two(tmp_path: Path) -> None:
    one = tmp_path / "out/one"
    for names in (("submission", "scores"), ("heatmaps", "raw_heatmaps"), ("scores", "heatmaps")):
        with pytest.raises(OutputError, match="twice"), make(tmp_path, **dict.fromkeys(names, one)):
            pytest.fail("refused")
    sample = tmp_path / "sample.csv"
    sample.write_text("ImageId,answer\na,0\n")
    with pytest.raises(OutputError, match="sample"), make(tmp_path, sample=sample, submission=sample):
        pytest.fail("refused")


def test_names_with_dots_and_extensions_keep_their_own_picture(tmp_path: Path) -> None:
    with make(tmp_path, raw_heatmaps=None) as out:
        fill(out, judged("a.1", 0.5), judged("a.2", 0.5), judged("b.jpg", 0.5), judged("결함 1", 0.5))
        out.finish()
    assert {path.name for path in (tmp_path / "out/pictures").iterdir()} == {
        "a.1.png",
        "a.2.png",
        "b.png",
        "결함 1.png",
    }


def test_pictures_can_be_opened(tmp_path: Path) -> None:
    with make(tmp_path) as out:
        fill(out, judged("a", 5.0))
        out.finish()
    assert Image.open(tmp_path / "out/pictures/a.png").size == (64, 64)
    assert Image.open(tmp_path / "out/raw/a.png").mode == "I;16"
