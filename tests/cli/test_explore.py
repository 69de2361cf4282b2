from __future__ import annotations

import json

from click.testing import CliRunner

from gyeol.cli.explore import command


def _run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_tables_go_to_stdout_and_the_facts_to_a_file(competition, tmp_path):
    (competition / "test/images/[b]roken.png").write_bytes(b"")
    out = tmp_path / "explore.json"
    result = _run(competition, "-o", out)
    assert result.exit_code == 0
    for text in (
        "3 defects, 4 normals",
        "64x64",
        "[b]roken.png",
        "Kinds",
        "brightness",
        "always answers normal",
    ):
        assert text in result.stdout
    assert json.loads(out.read_text())["counts"]["normals"] == 4


def test_json_alone_is_on_stdout(competition):
    facts = json.loads(_run(competition, "--json").stdout)
    assert facts["masks"]["missing"] == ["train/defect_images/defect_2.png"]
    assert facts["warnings"]


def test_long_lists_are_cut_in_the_terminal_only(competition, png, tmp_path):
    for place in range(20):
        png(competition / f"train/normal_images/broken_{place:02}.png").write_bytes(b"")
    out = tmp_path / "explore.json"
    result = _run(competition, "-o", out)
    assert "broken_11.png" in result.stdout
    assert "broken_19.png" not in result.stdout
    assert "8 more; -o FILE writes all" in result.stdout
    assert len(json.loads(out.read_text())["unreadable"]) == 20
