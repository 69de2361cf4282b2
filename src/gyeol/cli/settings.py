"""`gyeol settings`: every setting with its meaning, as a gyeol.toml."""

from __future__ import annotations

import dataclasses
import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from gyeol.cli import defaults, result

WIDTH = 100
_SELF = ("settings",)
"""Commands without settings of their own."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """One key of a gyeol.toml.

    Parameters
    ----------
    table, key : str
    meaning : str
        In a sentence or two.
    usual : object
        The default; None where there is none.
    now : object
        What the gyeol.toml in force says; None where it says nothing.
    """

    table: str
    key: str
    meaning: str
    usual: Any
    now: Any = None


@click.command(name="settings", short_help="Print every setting with its meaning, as a gyeol.toml.")
@result.option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Print every setting with its meaning and its value, in the form of a gyeol.toml.

    What is behind a # is the default. `gyeol settings > gyeol.toml` in an empty folder makes a file to edit.
    """
    found = list(settings(ctx))
    if as_json:
        # Plainly, for whoever wants to check a file by machine.
        result.as_json({"settings": [dataclasses.asdict(each) for each in found]}, None, True)
        return
    click.echo(template(found), nl=False)


def settings(ctx: click.Context) -> Iterator[Setting]:
    """List all settings, those of the detector first."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group)  # noqa: S101 (a programming error, not the user's)
    tables = (ctx.find_object(defaults.Defaults) or defaults.Defaults(defaults.FILE, {})).tables
    own = tables.get(defaults.DETECTOR, {})
    for each in detector_settings():
        yield dataclasses.replace(each, now=own.get(each.key))
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        if found is None or name in _SELF:
            continue
        for key, option in defaults.options_of(found).items():
            yield Setting(name, key, _meaning(option), _usual(option), tables.get(name, {}).get(key))


def detector_settings() -> Iterator[Setting]:
    """List the detector's settings, as their docstring explains them."""
    from gyeol.detect.config import Config

    text = textwrap.dedent(str(Config.__doc__).partition("----------\n")[2])
    usual = Config()
    # Of numpydoc: a line "name, other : type", below it the meaning, indented.
    for names, meaning in re.findall(r"^(\w[\w, ]*) : .*\n((?: .*\n?|\n)+)", text, re.MULTILINE):
        for name in names.split(", "):
            value = getattr(usual, name)
            plain = re.sub(r":\w+:`([^`]*)`", r"\1", " ".join(meaning.split())).replace("`", "")
            yield Setting(defaults.DETECTOR, name, plain, list(value) if isinstance(value, tuple) else value)


def _meaning(option: click.Option) -> str:
    meaning = option.help or ""
    if isinstance(option.type, click.Choice):
        meaning += f" One of {', '.join(map(str, option.type.choices))}."
    return meaning.strip()


def _usual(option: click.Option) -> Any:
    usual = option.to_info_dict()["default"]
    if option.is_flag:
        return bool(usual)
    if option.multiple:
        return list(usual or ())
    return usual if isinstance(usual, str | int | float) else None if usual is None else str(usual)


def template(found: list[Setting]) -> str:
    """Write settings as a gyeol.toml, in which only what is set is no comment."""
    lines = ["# gyeol.toml: defaults for gyeol, read in the folder where it is called.", ""]
    table = ""
    for each in found:
        if each.table != table:
            table = each.table
            lines += ["", f"[{table}]"] if len(lines) > 2 else [f"[{table}]"]
        lines += textwrap.wrap(each.meaning, WIDTH, initial_indent="# ", subsequent_indent="# ")
        value = each.usual if each.now is None else each.now
        mark = "#" if each.now is None else ""
        lines.append(
            f"{mark}{each.key} = {'' if value is None else json.dumps(value, ensure_ascii=False)}".rstrip()
        )
    return "\n".join(lines) + "\n"
