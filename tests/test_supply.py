"""What gyeol stands on is pinned, hashed, listed, and allowed."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("build", "ci", "predict", "serve", "torch")


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def lock(name: str) -> str:
    return (ROOT / "locks" / f"{name}.lock").read_text()


@pytest.fixture(scope="module")
def constraints() -> dict[str, str]:
    return pins((ROOT / "constraints.txt").read_text())


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_the_pins_and_a_hash_for_each(name: str, constraints: dict[str, str]) -> None:
    text = lock(name)
    locked = pins(text)
    assert locked
    assert {package: constraints.get(package) for package in locked} == locked, "run make lock"
    for entry in re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip()):
        assert re.fullmatch(r"[\w.-]+==\S+( ;[^\\]+)?( \\\n +--hash=sha256:[0-9a-f]{64})+", entry.strip()), (
            entry
        )


@pytest.mark.parametrize(
    ("name", "extras"),
    [("predict", set()), ("serve", {"train", "web"}), ("ci", {"browser", "dev"})],
)
def test_a_lock_holds_all_that_is_asked_for(name: str, extras: set[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked, waiting = pins(lock(name)), [*project["dependencies"]]
    waiting += [line for extra in extras for line in project["optional-dependencies"][extra]]
    while waiting:
        wanted = Requirement(waiting.pop())
        if canonicalize_name(wanted.name) == "gyeol":
            waiting += [line for extra in wanted.extras for line in project["optional-dependencies"][extra]]
        elif wanted.name != "torch":  # it has a lock of its own
            assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), "run make lock"


def test_torch_has_a_lock_of_its_own() -> None:
    assert list(pins(lock("torch"))) == ["torch"]
    assert "torch" not in pins(lock("ci")) | pins(lock("serve")) | pins(lock("predict"))


def test_every_package_that_runs_is_on_the_page_of_licences(licences: ModuleType) -> None:
    page = licences.PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([^\]]+)\]\(\S+\) \| (\S+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    needed = licences.runtime()
    assert {name for name, *_ in listed} == set(needed), "run make licences"
    assert len(needed) > 30
    for name, _, licence, _ in listed:
        assert licences.acceptable(licence) or name in licences.READ


def test_terms_that_nobody_has_read_are_not_acceptable(licences: ModuleType) -> None:
    assert licences.acceptable("BSD-3-Clause AND MIT")
    for licence in ("UNKNOWN", "GPL-3.0", "MIT AND GPL-3.0-only", "LGPL-2.1 OR SSPL-1.0", ""):
        assert not licences.acceptable(licence)
