"""The entry point: commands, and one sentence for whatever goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, Exit, TyperException

from devkit.cli import exit_codes
from devkit.cli.conformance import conformance
from devkit.cli.demo import demo
from devkit.cli.engine import engine
from devkit.cli.feel import feel
from devkit.cli.generate import generate
from devkit.cli.output import print_problem
from devkit.cli.problems import EXPECTED, exit_code, sentence
from devkit.cli.run import run

app = typer.Typer(
    name="connectors",
    help="Serverless connectors for Camunda 8, on this machine.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (demo, engine, run, feel, conformance, generate):
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its status (see `devkit.cli.exit_codes`)."""
    sys.exit(execute(sys.argv[1:] if arguments is None else arguments))


def execute(arguments: Sequence[str]) -> int:
    """Run a command and give back its status; problems are on stderr, one sentence each."""
    try:
        return app(list(arguments) or ["--help"], prog_name="connectors", standalone_mode=False) or exit_codes.OK
    except Exit as end:
        return end.exit_code
    except TyperException as error:
        print_problem(f"{error.format_message().rstrip('.')}; `connectors --help` lists the commands")
        return exit_codes.USAGE
    except EXPECTED as error:
        print_problem(sentence(error))
        return exit_code(error)
    except (KeyboardInterrupt, Abort):
        return exit_codes.INTERRUPTED
