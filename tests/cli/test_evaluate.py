from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from gyeol.cli.evaluate import command
from gyeol.errors import DataError


@pytest.fixture
def key(tmp_path):
    folder = tmp_path / "key"
    (folder / "masks").mkdir(parents=True)
    (folder / "answers.csv").write_text("ImageId,answer,kind\na,0,[red]\nb,1,[red]\nc,0,wood\nd,1,wood\n")
    marked = np.zeros((16, 16), np.uint8)
    marked[3:6, 3:6] = 255
    (tmp_path / "heatmaps").mkdir()
    for name in "abcd":
        image = Image.fromarray(marked * (name in "bd"))
        image.save(tmp_path / "heatmaps" / f"{name}.png")
        if name in "bd":
            image.save(folder / "masks" / f"{name}.png")
    return folder


@pytest.fixture
def scores(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("ImageId,score,answer,kind\na,0.1,0,0\nb,0.9,1,0\nc,0.4,0,1\nd,0.5,0,1\n")
    return path


def _run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_tables_show_every_figure(key, scores):
    result = _run(scores, key, "--heatmaps", key.parent / "heatmaps")
    assert result.exit_code == 0
    for text in (
        "Macro F1",
        "0.7333",
        "AUROC",
        "1.0000",
        "AUPRO",
        "defective",
        "[red]",
        "wood",
        "cost 0.2667",
    ):
        assert text in result.output


def test_json_goes_to_stdout_or_a_file(key, scores, tmp_path):
    out = tmp_path / "new" / "evaluation.json"
    printed = json.loads(_run(scores, key, "--json", "-o", out).stdout)
    assert printed == json.loads(out.read_text())
    assert printed["confusion"] == [[2, 0], [1, 1]]
    assert [row["kind"] for row in printed["kinds"]] == ["[red]", "wood"]


def test_a_submission_has_no_ranking(key, tmp_path):
    file = tmp_path / "submission.csv"
    file.write_text("ImageId,answer\na,0\nb,1\nc,0\nd,1\n")
    result = _run(file, key)
    assert result.exit_code == 0
    assert "AUROC" not in result.output


def test_mistakes_are_errors_of_the_user(key, scores, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        _run(tmp_path / "none.csv", key)
    assert _run(scores, key, "--masks", key / "masks").exit_code == 2
