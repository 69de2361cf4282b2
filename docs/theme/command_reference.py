"""A Markdown extension that puts every command of `gyeol` in place of the line ``::: commands``.

What is shown is what ``--help`` shows, asked of click itself.
"""

from __future__ import annotations

import inspect
import re

import click
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from gyeol.cli.main import cli

LINE = "::: commands"


def reference() -> list[str]:
    """Write the commands as Markdown, a line an entry."""
    above = click.Context(cli, info_name="gyeol", help_option_names=["-h", "--help"])
    lines = []
    for name in cli.list_commands(above):
        command = cli.get_command(above, name)
        assert command is not None  # noqa: S101 (the list is the group's own)
        context = click.Context(command, info_name=name, parent=above)
        usage = " ".join(command.collect_usage_pieces(context))
        lines += [
            "",
            f"## gyeol {name}",
            "",
            "```text",
            f"gyeol {name} {usage}",
            "```",
            "",
            *described(command),
        ]
        lines += ["", "| option | |", "| --- | --- |"]
        options = (each for each in command.params if isinstance(each, click.Option))
        lines += [option(*record) for each in options if (record := each.get_help_record(context))]
    return lines


def described(command: click.Command) -> list[str]:
    """Give a command's help; what click must not wrap, after a line with a backspace, stays as it is."""
    lines, verbatim = [], False
    for line in inspect.cleandoc(command.help or "").splitlines():
        if line.strip() == "\b":
            lines, verbatim = [*lines, "```text"], True
            continue
        if verbatim and not line.strip():
            lines, verbatim = [*lines, "```"], False
        lines.append(line)
    return [*lines, "```"] if verbatim else lines


def option(names: str, words: str) -> str:
    """Write one option as a row."""
    words = re.sub(r"([|\[\]*_])", r"\\\1", re.sub(r"\s+", " ", words)).replace("<", "&lt;")
    return f"| `{names}` | {words} |"


class Commands(Preprocessor):
    """Replaces the line."""

    def run(self, lines: list[str]) -> list[str]:
        """Give the page's lines with the commands among them."""
        return [new for line in lines for new in (reference() if line.strip() == LINE else [line])]


class CommandReference(Extension):
    """The extension."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Come before fenced blocks are taken out."""
        md.preprocessors.register(Commands(md), "gyeol-commands", 40)


def makeExtension(**options: object) -> CommandReference:  # noqa: N802 (Markdown's own name)
    """Give the extension to Markdown."""
    return CommandReference(**options)
