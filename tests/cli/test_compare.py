from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gyeol.compare import run
from gyeol.detect.directory import detector_of
from gyeol.errors import MissingExtraError
from gyeol.plugins import registry

Compare = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def data(competition: Path) -> Path:
    (competition / "key").mkdir()
    (competition / "key/answers.csv").write_text("ImageId,answer\ntest_0,1\ntest_1,0\ntest_2,0\n")
    return competition


@pytest.fixture
def compare(gyeol: Compare) -> Compare:
    """Call `gyeol compare`; give its exit code, stdout and stderr."""
    return partial(gyeol, "compare")


def test_two_methods_on_a_real_folder(compare: Compare, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = (data, "-o", out, "--detectors", "filter-bank,plain-resnet18d", "--minutes", "0.01", "--json")
    code, said, _ = compare(*arguments)
    assert code == 0
    rows = json.loads(said)["rows"]
    assert [row["asked"]["detector"] for row in rows] == ["filter-bank", "plain-resnet18d"]
    assert json.loads((out / "compare.json").read_text())["rows"] == rows
    assert (out / "compare.png").is_file()
    assert '<section id="comparison"' in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "plain-resnet18d/scores.csv").is_file()
    for each in rows:
        assert 0 <= each["macro_f1"] <= 1
        assert 0 < each["validation"] <= 1
        assert each["size_mib"] > 0
        assert each["peak_mib"] > 50
        assert each["images_s"] > 0
    assert detector_of(out / "plain-resnet18d/model") == "plain-resnet18d", "its models can be used"
    code, again, err = compare(*arguments)
    assert json.loads(again)["rows"] == rows, "what was made is kept"
    assert "there already" in err


def test_the_table_has_the_best_first(
    compare: Compare, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(name: str, *_: Any) -> dict[str, Any]:
        figures = dict.fromkeys(
            ("macro_f1", "best_macro_f1", "auroc", "average_precision"), 0.5 + 0.4 * (name == "filter-bank")
        )
        counts = dict.fromkeys(("misses", "false_alarms", "train_s", "images_s", "peak_mib", "size_mib"), 3)
        return {
            "title": f"method {name}",
            "asked": {"detector": name},
            "external_data": name == "gyeol",
            "validation": 0.123,
            "interval": [0.4, 1.0],
            **figures,
            **counts,
        }

    monkeypatch.setattr(run, "compare", row)
    monkeypatch.setenv("COLUMNS", "200")
    code, said, _ = compare(data, "-o", tmp_path / "out", "--detectors", "gyeol,filter-bank")
    assert code == 0
    lines = [line for line in said.splitlines() if "method" in line]
    assert [("filter-bank" in line, "no" in line, "yes" in line) for line in lines] == [
        (True, True, False),
        (False, False, True),
    ]
    assert "0.1230" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--detectors", "gyeol,magic"], "no detector 'magic'; there are gyeol, autoencoder"),
        (["--detectors", " , "], "names none"),
        (["--minutes", "0"], "minutes"),
        (["--key", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    compare: Compare, data: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    code, _, err = compare(data, "-o", tmp_path / "out", *arguments)
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_key_is_told_so(compare: Compare, competition: Path, tmp_path: Path) -> None:
    code, _, err = compare(competition, "-o", tmp_path / "out")
    assert code == 2
    assert "--key" in err


def test_a_key_of_other_images_is_refused_before_anything_is_done(
    compare: Compare, data: Path, tmp_path: Path
) -> None:
    (data / "key/answers.csv").write_text("ImageId,answer\ntest_0,1\nother,0\n")
    code, _, err = compare(data, "-o", tmp_path / "out")
    assert code == 2
    assert "other" in err
    assert not (tmp_path / "out").exists()


def test_detectors_that_lack_something_are_left_out_or_refused(
    compare: Compare, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(name: str) -> None:
        if name == "patch-memory":
            raise MissingExtraError("no weights")

    monkeypatch.setattr(registry, "load", lacking)
    seen: list[str] = []

    def note(name: str, *_: Any) -> dict[str, Any]:
        seen.append(name)
        raise run.ModelError("enough")

    monkeypatch.setattr(run, "compare", note)
    _, _, err = compare(data, "-o", tmp_path / "out")
    assert "patch-memory is left out: no weights" in err
    assert seen == ["gyeol"]
    code, _, err = compare(data, "-o", tmp_path / "out", "--detectors", "gyeol,patch-memory")
    assert code == 2
    assert "no weights" in err
    assert seen == ["gyeol"], "better known before the others are trained"
