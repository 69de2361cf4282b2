from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gyeol.errors import MissingExtraError, ModelError
from gyeol.plugins import registry

Install = Any  # of conftest.py
OURS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["entry-points"]


def test_our_own_baselines_come_in_by_the_same_door() -> None:
    ours = sorted(OURS["gyeol.detectors"])
    assert registry.names()[0] == "gyeol"
    assert set(ours) <= set(registry.names()), "install gyeol again: make setup"
    classes = [registry.load(name) for name in ours]
    titles = [found.title for found in classes]
    assert len(set(titles)) == len(titles)
    outside = [name for name, found in zip(ours, classes, strict=True) if found.external_data]
    assert outside == ["patch-memory", "rotated", "rotated-leaky"]


def test_a_package_that_is_installed_is_found(install: Install) -> None:
    assert "brightness" not in registry.names()
    install()
    assert "brightness" in registry.names()
    assert "bright_module" not in sys.modules, "naming imports nothing"
    assert registry.load("brightness").title == "brightness"
    assert registry.package_of("brightness") == "bright 1.5"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", r"'brightness' of bright 1.5 cannot be imported \(ZeroDivisionError: division by zero\)"),
        ("x = 1", "cannot be imported"),
        ("def Brightness(): ...", "is not a class"),
        ("class Brightness:\n    title = 'x'", "has no fit, score, to_arrays, from_arrays, external_data"),
    ],
)
def test_a_broken_plugin_is_one_line_that_names_it(install: Install, code: str, words: str) -> None:
    install(code=code)
    with pytest.raises(ModelError, match=words) as caught:
        registry.load("brightness")
    assert "\n" not in str(caught.value)


def test_a_plugin_that_lacks_a_part_says_which(install: Install) -> None:
    install(code=install.code.replace("def score(", "def scoring("))
    with pytest.raises(ModelError, match=r"has no score; .*docs/plugins\.md"):
        registry.load("brightness")


def test_what_a_plugin_needs_is_named(install: Install) -> None:
    install(code="import no_such_module_at_all")
    with pytest.raises(MissingExtraError, match=r"bright 1\.5 needs no_such_module_at_all"):
        registry.load("brightness")


def test_one_name_cannot_be_of_two_packages(install: Install) -> None:
    install()
    install(package="glare")
    with pytest.raises(
        ModelError, match=r"more than one package .*(bright 1.5, glare|glare 1.5, bright) 1.5"
    ):
        registry.load("brightness")


def test_the_own_name_is_taken_and_an_unknown_one_is_told(install: Install) -> None:
    install(name="gyeol")
    assert registry.names().count("gyeol") == 1
    for name in ("gyeol", "magic"):
        with pytest.raises(ModelError, match=f"no detector '{name}'; there are gyeol, autoencoder"):
            registry.load(name)


def test_judging_with_an_exported_model_looks_for_no_plugins(exact: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gyeol.engine.judge import open_judge; "
        "open_judge(Path(sys.argv[1])); "
        "print([n for n in sys.modules if n.startswith('gyeol.plugins') or n == 'torch'])"
    )
    done = subprocess.run([sys.executable, "-c", code, exact], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_judging_with_the_own_detector_looks_for_no_plugins(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gyeol.engine.judge import open_judge

    monkeypatch.setattr(registry, "entry_points", None)
    monkeypatch.delitem(sys.modules, "gyeol.plugins.hosted", raising=False)
    open_judge(model)
    assert "gyeol.plugins.hosted" not in sys.modules
