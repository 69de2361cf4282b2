"""gyeol.toml and --set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from gyeol.cli import work
from gyeol.cli.main import COMMANDS, cli
from gyeol.detect.config import Config
from gyeol.detect.detector import Detector

Call = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Config]:
    """Stop before anything is learnt; give what the detector was told."""
    seen: list[Config] = []

    def fit(self: Detector, *_: object, **__: object) -> None:
        seen.append(self.config)
        raise KeyboardInterrupt

    monkeypatch.setattr(work.Detector, "fit", fit)
    return lambda: seen[-1]


def test_what_is_typed_goes_before_the_file_and_that_before_the_usual(
    gyeol: Call, here: Path, competition: Path, told: Callable[[], Config]
) -> None:
    Path("gyeol.toml").write_text("[detector]\nminutes = 7\ncrops = 8\nwidths = [8, 8, 16]\nseed = 4\n")
    assert gyeol("train", competition, "-o", "m")[0] == 130
    assert told() == Config(minutes=7, crops=8, widths=(8, 8, 16), seed=4)
    gyeol("train", competition, "-o", "m", "--seed", 0, "--set", "crops=12", "--set", "blocks=[2, 1]")
    assert told() == Config(minutes=7, crops=12, widths=(8, 8, 16), blocks=(2, 1))
    gyeol("train", competition, "-o", "m", "--steps", 50)
    assert (told().steps, told().minutes) == (50, None), "the file's minutes are out of force with steps"
    gyeol("run", competition, "-o", "out", "--set", "precision=bf16")
    assert told() == Config(minutes=7, crops=8, widths=(8, 8, 16), seed=4, precision="bf16")


def test_every_command_reads_its_table(gyeol: Call, here: Path, competition: Path) -> None:
    sample = competition / "test/sample_submission.csv"
    Path("gyeol.toml").write_text("[check]\njson = true\n")
    assert gyeol("check", sample, sample)[1].startswith("{")
    Path("other.toml").write_text("")
    assert gyeol("--config", "other.toml", "check", sample, sample)[1].startswith("OK")


def test_an_option_that_must_be_given_may_stand_in_the_file(
    gyeol: Call, here: Path, competition: Path
) -> None:
    Path("gyeol.toml").write_text('[explore]\noutput = "facts.json"\nworkers = 1\n')
    assert gyeol("explore", competition)[0] == 0
    assert Path("facts.json").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minutes = 7", "'minutes' stands outside of any table"),
        ("[trian]", "no table [trian]; there are detector, sample"),
        ("[train]\ncolour = 1", "[train] has no key 'colour'; there are output"),
        ("[train]\nminutes = 7", "[train] has no key 'minutes'; put it into [detector]"),
        ("[train]\nlayout = 'round'", "[train] layout: 'round' is not one of"),
        ("[train]\nresume = 'perhaps'", "[train] resume: 'perhaps' is not a valid boolean"),
        ("[train\n", "not TOML"),
        ("[detector]\ncolour = 1", "[detector] unknown setting 'colour'"),
        ("[detector]\nsteps = 'many'", "[detector] steps is 'many'; it must be a whole number"),
        ("[detector]\nsteps = 100\nminutes = 1", "[detector] has minutes and steps"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(
    gyeol: Call, here: Path, competition: Path, text: str, said: str
) -> None:
    Path("gyeol.toml").write_text(text)
    code, out, err = gyeol("train", competition, "-o", "m")
    assert (code, out) == (2, "")
    assert err.startswith("gyeol: gyeol.toml: ")
    assert said in err
    assert err.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["gyeol.toml"]


def test_a_file_that_was_named_must_be_there(gyeol: Call, here: Path) -> None:
    code, _, err = gyeol("--config", "none.toml", "explore", "data")
    assert code == 2
    assert "none.toml: cannot be read (No such file" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "crops"], "--set wants KEY=VALUE, not 'crops'"),
        (["--set", "colour=1"], "unknown setting 'colour'; known are background, blocks"),
        (["--set", "crops=many"], "crops is 'many'; it must be a whole number"),
        (["--set", "crops=8", "--set", "crops=9"], "crops is given twice"),
        (["--seed", 1, "--set", "seed=2"], "seed is given twice"),
        (["--steps", 20, "--set", "minutes=1"], "not both"),
        (["--set", "widths=[8, 8]"], "widths is (8, 8); it must be a list of 3"),
    ],
)
def test_a_wrong_setting_is_one_line(
    gyeol: Call, here: Path, competition: Path, arguments: list[object], said: str
) -> None:
    code, out, err = gyeol("train", competition, "-o", "m", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert list(here.iterdir()) == []


def test_how_to_go_on_names_every_setting() -> None:
    settings = {"minutes": 7.5, "seed": 0, "crops": 8, "widths": (8, 8, 16)}
    text = work._how_to_go_on(Path("data"), Path("m"), settings, "dagm", ("tensorboard:tb",), None)
    assert text.endswith(
        "gyeol train data -o m --minutes 7.5 --set crops=8 --set 'widths=[8, 8, 16]' --layout dagm "
        "--log tensorboard:tb --resume"
    )


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ([], "ex", {"explore", "export"}),
        ([], "--ver", {"--version"}),
        (["train", "data"], "--see", {"--seed"}),
        (["train", "data", "--layout"], "ko", {"kolektor"}),
        (["train", "data", "--set"], "wi", {"widths="}),
        (["predict", "m", "x", "--engine"], "", {"auto", "torch", "openvino", "onnxruntime"}),
    ],
)
def test_what_a_shell_completes(words: list[str], begun: str, offered: set[str]) -> None:
    found = ShellComplete(cli, {}, "gyeol", "_GYEOL_COMPLETE").get_completions(words, begun)
    assert {each.value for each in found} == offered


def test_completing_a_command_imports_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(cli), "get_command", lambda *_: pytest.fail("it was imported"))
    found = ShellComplete(cli, {}, "gyeol", "_GYEOL_COMPLETE").get_completions([], "")
    assert {each.value: each.help for each in found} == COMMANDS
