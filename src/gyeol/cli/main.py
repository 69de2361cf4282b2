"""The `gyeol` command: finds the subcommand, and turns errors into one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from gyeol import __version__
from gyeol.errors import GyeolError, MissingExtraError
from gyeol.files import printable

# name -> (module, help). The modules are imported only when their command is called, so that --help is fast.
COMMANDS = {
    "sample": "Make a folder of synthetic competition data, with its answers.",
    "convert": "Write a data folder in another layout, and split it.",
    "explore": "Say what is in a data folder.",
    "train": "Learn a detector from a data folder.",
    "predict": "Score images with a detector and write a submission.",
    "export": "Write a detector as one file for fast runtimes.",
    "check": "Say exactly what is wrong with a submission.",
    "evaluate": "Compare a submission or scores with the answers.",
    "verify": "Produce the figures on a model's card again.",
    "errors": "Draw every miss and false alarm with its heat map.",
    "compare": "Train gyeol and others on one folder and compare them.",
    "serve": "Serve a review page and an HTTP API.",
    "run": "Explore, train, predict and, with a key, evaluate.",
    "settings": "Print every setting with its meaning, as a gyeol.toml.",
}
INTERRUPTED = 130
"""Exit code after Ctrl-C, as of a program that SIGINT ends."""
CLOSED = 141
"""Exit code where nobody reads the output any more, as of a program that SIGPIPE ends."""
BUG = 70
"""Exit code where gyeol itself is wrong, as in BSD's sysexits."""


class _LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"gyeol.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 (a programming error, not the user's)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()  # here, where it is known what to do if nobody reads it any more
        except BrokenPipeError:
            # What Python would still write at its end goes nowhere, so that it does not complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(CLOSED) from None
        return done

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(__version__, prog_name="gyeol")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Defaults for all commands.  [default: gyeol.toml in this folder, if there is one]",
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Find defects on textured surfaces, learnt from about thirty of them."""
    if config is None and not Path("gyeol.toml").is_file():
        return  # nothing more is imported then
    from gyeol.cli import defaults

    name = ctx.invoked_subcommand or ""
    if command := cli.get_command(ctx, name):
        defaults.apply(ctx, defaults.read(config, COMMANDS), name, command)


def main() -> None:
    """Run the command line; a mistake of the user becomes one line on stderr, never a traceback."""
    try:
        code = cli.main(prog_name="gyeol", standalone_mode=False)
    except GyeolError as error:
        click.echo(f"gyeol: {printable(error)}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        sys.exit(2)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "gyeol"
        click.echo(f"gyeol: {printable(error.format_message())} (see {command} --help)", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"gyeol: {printable(error.format_message())}", err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("gyeol: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except (MemoryError, RuntimeError) as error:  # torch has no error of its own for it
        if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
            _say_bug()
        click.echo(
            "gyeol: out of memory; close other programs, or use smaller images or fewer workers", err=True
        )
        sys.exit(2)
    except ModuleNotFoundError as error:
        from gyeol.cli.extras import how_to_get

        if (how := how_to_get(error)) is None:
            _say_bug()
        click.echo(f"gyeol: {how}", err=True)
        sys.exit(MissingExtraError.exit_code)
    except Exception:
        _say_bug()
    sys.exit(code if isinstance(code, int) else 0)


def _say_bug() -> NoReturn:
    """Show the error that is being handled with its traceback, and end."""
    sys.excepthook(*sys.exc_info())
    click.echo("gyeol: this is a mistake in gyeol itself; please report it with the lines above", err=True)
    sys.exit(BUG)
