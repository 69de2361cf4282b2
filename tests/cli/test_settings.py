from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.cli.main import COMMANDS
from gyeol.detect.config import Config

Call = Callable[..., tuple[Any, str, str]]
PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_the_page_shows_what_the_command_prints(gyeol: Call) -> None:
    code, out, _ = gyeol("settings")
    assert code == 0
    shown = re.findall(r"```toml\n(# gyeol\.toml.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == [out], "put the output of `gyeol settings` into docs/settings.md"


def test_every_setting_has_its_meaning_and_its_usual_value(gyeol: Call) -> None:
    found = json.loads(gyeol("settings", "--json")[1])["settings"]
    own = {each["key"]: each["usual"] for each in found if each["table"] == "detector"}
    assert own == json.loads(json.dumps(Config().to_dict()))
    assert {field.name for field in dataclasses.fields(Config)} == set(own)
    for each in found:
        assert len(each["meaning"]) > 8 or each["key"] == "seed", (
            f"{each['table']}.{each['key']} is not explained"
        )


def test_all_usual_values_may_be_written_out(gyeol: Call) -> None:
    out = gyeol("settings")[1]
    lines = [line.removeprefix("#") for line in out.splitlines() if re.match(r"#[\w-]+ = \S|\[", line)]
    Path("gyeol.toml").write_text("\n".join(lines))
    assert len(tomllib.loads("\n".join(lines))) == len(COMMANDS)
    for table in tomllib.loads("\n".join(lines)):
        if table != "detector":
            code, _, err = gyeol(table, "--help")
            assert code == 0, err
    again = gyeol("settings")[1]
    assert [line for line in again.splitlines() if not line.startswith("#") and line] == lines


def test_what_the_file_says_is_no_comment(gyeol: Call) -> None:
    Path("gyeol.toml").write_text("[detector]\nwidths = [8, 8, 16]\n\n[serve]\nport = 9000\n")
    out = gyeol("settings")[1]
    assert tomllib.loads(out)["detector"] == {"widths": [8, 8, 16]}
    assert tomllib.loads(out)["serve"] == {"port": 9000}
    Path("gyeol.toml").write_text(out)
    assert gyeol("settings")[1] == out
