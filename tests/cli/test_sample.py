"""`gyeol sample` from the outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gyeol.cli.sample import command
from gyeol.data.sample import Scale


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tiny scale tinier."""
    scale = Scale(kinds=2, normals=2, defects=2, test=4, test_defects=2)
    monkeypatch.setitem(command.callback.__globals__["SCALES"], "tiny", scale)  # type: ignore[union-attr]


def test_help_names_every_option() -> None:
    result = CliRunner().invoke(command, ["--help"])
    assert result.exit_code == 0
    for word in ("DIR", "--scale", "tiny", "demo", "full", "--seed", "--workers"):
        assert word in result.output


@pytest.mark.usefixtures("few")
def test_it_writes_the_folder_and_says_so(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "데이터 folder"), "--scale", "tiny", "--seed", "7", "--workers", "1"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "8 images, seed 7" in result.output
    assert len(list((tmp_path / "데이터 folder/test/images").iterdir())) == 4


def test_a_folder_that_is_not_empty_gives_one_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    arguments = [sys.executable, "-c", "from gyeol.cli.main import main; main()", "sample", str(tmp_path)]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "not empty; give a new folder name" in result.stderr


@pytest.mark.parametrize("wrong", [["--scale", "huge"], ["--seed", "-1"], ["--workers", "0"]])
def test_wrong_options_are_refused(tmp_path: Path, wrong: list[str]) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "x"), *wrong])
    assert result.exit_code == 2
    assert not (tmp_path / "x").exists()
