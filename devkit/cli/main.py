"""The entry point: commands, and one sentence for whatever goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import Abort, Exit, TyperException

from connector_sdk.errors import NotBuilt
from devkit.cli import exit_codes
from devkit.cli.output import print_problem
from devkit.cli.problems import EXPECTED, exit_code, sentence

COMMANDS = (
    "demo",
    "engine",
    "run",
    "poll",
    "feel",
    "conformance",
    "generate",
    "new",
    "invoke",
    "webhooks",
    "subscriptions",
    "deliveries",
    "events",
    "pause",
    "resume",
)
"""Each is the function, or the group of functions, of that name in the module of that name; only it is imported."""

NOT_BUILT = ("dev", "secrets", "doctor", "explain")
"""Commands that the README promises for later."""
VERSION = "0.1.0"
"""That of pyproject.toml; a test holds it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its status (see `devkit.cli.exit_codes`)."""
    sys.exit(execute(sys.argv[1:] if arguments is None else arguments))


def execute(arguments: Sequence[str]) -> int:
    """Run a command and give back its status; problems are on stderr, one sentence each."""
    try:
        if list(arguments) == ["--version"]:
            print(f"connectors {VERSION}")
            return exit_codes.OK
        if arguments and arguments[0] in NOT_BUILT:
            raise NotBuilt(f"connectors {arguments[0]}")
        return _app(arguments)(list(arguments) or ["--help"], prog_name="connectors", standalone_mode=False) or 0
    except Exit as end:
        return end.exit_code
    except TyperException as error:
        what = error.format_message().rstrip(".")
        print_problem(f"{what}{' ' if what.endswith('?') else '; '}{_where_to_look(arguments)}")
        return exit_codes.USAGE
    except EXPECTED as error:
        print_problem(sentence(error))
        return exit_code(error)
    except (KeyboardInterrupt, Abort):
        return exit_codes.INTERRUPTED


def _app(arguments: Sequence[str]) -> typer.Typer:
    """The program with the command that is asked for, or with all of them where that is not clear."""
    app = typer.Typer(
        name="connectors",
        help="Serverless connectors for Camunda 8, on this machine.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_nothing)
    asked = [name for name in COMMANDS if name in arguments[:1]]
    for name in asked or COMMANDS:
        command = getattr(import_module(f"devkit.cli.{name}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command)
        else:
            app.command()(command)
    return app


def _nothing() -> None:
    """Serverless connectors for Camunda 8, on this machine."""


def _where_to_look(arguments: Sequence[str]) -> str:
    command = next((name for name in COMMANDS if name in arguments[:1]), None)
    return f"`connectors {command} --help` shows what it takes" if command else "`connectors --help` lists the commands"
