"""What the site's pages say of the project is true, and the site knows all of its pages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

import gyeol

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_page_has_its_place_in_the_navigation() -> None:
    navigation = (ROOT / "zensical.toml").read_text()
    assert [page.name for page in DOCS.glob("*.md") if f'"{page.name}"' not in navigation] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_reference_has_every_public_name() -> None:
    page = (DOCS / "reference.md").read_text()
    shown = {name.rpartition(".")[2] for name in re.findall(r"^::: (\S+)", page, re.MULTILINE)}
    assert shown == set(gyeol.__all__)
    for name in re.findall(r"^::: (\S+)", page, re.MULTILINE):
        home, _, last = name.rpartition(".")
        assert gyeol._HOME[last] in (home, home.rpartition(".")[0])


def test_the_architecture_names_the_rooms_of_the_contract_in_their_order() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [sorted(layer.split(" | ")) for layer in contract["layers"] if layer != "__main__"]
    table = (DOCS / "architecture.md").read_text().partition("## How data flows")[0]
    first = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert [sorted(re.findall(r"`(\w+)`", cell)) for cell in first] == layers


def test_every_command_has_a_help_for_the_command_reference() -> None:
    from gyeol.cli.main import COMMANDS, cli

    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help or parameter.show_default
