"""Defaults from a gyeol.toml: options of every command, and what the detector is told."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from gyeol.errors import DataError, SettingError
from gyeol.files import printable

FILE = Path("gyeol.toml")
DETECTOR = "detector"
"""The table of settings that `train` and `run` hand to the detector."""


@dataclasses.dataclass(frozen=True)
class Defaults:
    """What a gyeol.toml says.

    Parameters
    ----------
    file : Path
    tables : dict of str to dict
        Values by option, by command; and by setting, for :data:`DETECTOR`.
    """

    file: Path
    tables: dict[str, dict[str, Any]]

    def wrong(self, table: str, problem: str) -> DataError:
        """Make the error for a value that cannot be used."""
        return DataError(f"{printable(self.file)}: [{table}] {printable(problem)}")


def read(file: Path | None, commands: Collection[str]) -> Defaults:
    """Read the file given, or the one in the current folder, where there is one.

    Raises
    ------
    DataError
        If it cannot be read, is not TOML, or has a table that is of no command.
    """
    if file is None and not FILE.is_file():
        return Defaults(FILE, {})
    file = file or FILE
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{printable(file)}: cannot be read ({reason}); check name and rights") from error
    except ValueError as error:
        raise DataError(
            f"{printable(file)}: not TOML ({printable(error)}); "
            "gyeol settings, called in another folder, prints an example"
        ) from error
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise DataError(
                f"{printable(file)}: {name!r} stands outside of any table; put it below one, as [{DETECTOR}]"
            )
        if name not in (DETECTOR, *commands):
            known = ", ".join((DETECTOR, *commands))
            raise DataError(f"{printable(file)}: no table [{printable(name)}]; there are {known}")
    return Defaults(file, tables)


def apply(ctx: click.Context, defaults: Defaults, name: str, command: click.Command) -> None:
    """Make the table of a command, by its name in the group of `ctx`, the defaults of its options.

    Raises
    ------
    DataError
        If a key is no option of the command, or a value does not fit.
    """
    ctx.obj = defaults
    options = options_of(command)
    ctx.default_map = {name: {}}
    for key, value in defaults.tables.get(name, {}).items():
        if key not in options:
            elsewhere = (
                f"; put it into [{DETECTOR}]"
                if key.replace("-", "_") in setting_names()
                else f"; there are {', '.join(options)}"
            )
            raise defaults.wrong(name, f"has no key {key!r}{elsewhere}")
        typed = _as_typed(value)
        try:
            options[key].type_cast_value(ctx, typed)
        except click.BadParameter as error:
            raise defaults.wrong(name, f"{key}: {error.message}") from error
        ctx.default_map[name][options[key].name] = typed


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Give the options of a command that a gyeol.toml may set, by their keys."""
    options = {
        option.opts[-1].lstrip("-"): option for option in command.params if isinstance(option, click.Option)
    }
    if "set" not in options:
        return options
    own = ("settings", *setting_names())
    return {key: option for key, option in options.items() if option.name not in own}


def _as_typed(value: object) -> Any:
    """Write a value as it would be typed on the command line, so that both are checked alike."""
    if isinstance(value, list):
        return [_as_typed(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


# ---- the detector's settings --------------------------------------------------------------------------------


def setting_names() -> list[str]:
    """Name the settings of a detector."""
    from gyeol.detect.config import Config

    return [field.name for field in dataclasses.fields(Config)]


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(f"{name}=", type="nospace") for name in setting_names() if name.startswith(incomplete)
    ]


set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=_complete,
    help="Any setting of the detector, such as crops=24; gyeol settings lists them. Repeatable.",
)


def detector_settings(ctx: click.Context, with_file: bool = True) -> dict[str, Any]:
    """Gather what the detector is told: options and --set of the running command, over the file's table if wanted.

    Raises
    ------
    click.UsageError
        If something is given twice.
    DataError
        If the file says something that cannot be.
    SettingError
        If a setting is unknown or a value out of range.
    """
    from gyeol.detect.config import Config

    names = setting_names()
    given = {
        name: value
        for name, value in ctx.params.items()
        if name in names and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    for each in ctx.params["settings"]:
        name, equals, text = each.partition("=")
        if not equals:
            raise click.UsageError(f"--set wants KEY=VALUE, not {each!r}")
        if name in given:
            raise click.UsageError(f"{name} is given twice; once will do")
        given[name] = _value(text)
    both = {"minutes", "steps"}
    if both <= given.keys():
        raise click.UsageError("give --minutes or --steps, not both")
    defaults = ctx.find_object(Defaults) or Defaults(FILE, {})
    table = defaults.tables.get(DETECTOR, {}) if with_file else {}
    if both <= table.keys():
        raise defaults.wrong(DETECTOR, "has minutes and steps; give one of them")
    try:
        Config.from_dict(table)
    except SettingError as error:
        raise defaults.wrong(DETECTOR, str(error)) from error
    usual = {name: value for name, value in table.items() if not (name in both and both & given.keys())}
    config = Config.from_dict({**usual, **given})
    return {name: getattr(config, name) for name in {**usual, **given}}


def _value(text: str) -> Any:
    """Read a value as TOML does, and as a text where it is no TOML, so that no quotes are needed."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
