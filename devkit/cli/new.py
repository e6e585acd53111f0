"""`connectors new`: the first files of a connector or a kind of webhook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal
from devkit.scaffold import INBOUND_KINDS, OUTBOUND, scaffold

new = typer.Typer(name="new", help="Write the first files of a function.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="lower-case letters, digits and dashes, such as my-crm")]
Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="as in the models, such as io.acme:my-crm:1")]
Kind = Annotated[str, typer.Option("--kind", metavar="KIND", help=" or ".join(INBOUND_KINDS))]


@new.command()
def outbound(name: Name, type_: Type = None) -> int:
    """Write a connector: app, model, function.yaml, icon, an event and tests. They are green after `generate`."""
    return _written(OUTBOUND, name, type_)


@new.command()
def inbound(name: Name, type_: Type = None, kind: Kind = INBOUND_KINDS[0]) -> int:
    """Write a kind of webhook, or of source that is polled: the same. They are green after `generate`."""
    if kind not in INBOUND_KINDS:
        raise Refusal(
            f"--kind is {kind!r}, it should be one of {', '.join(INBOUND_KINDS)}; a broker's subscription wants a "
            "consumer and a mapping of its own: see docs/add-a-connector.md"
        )
    return _written(kind, name, type_)


def _written(kind: str, name: str, type_: str | None) -> int:
    root = Path.cwd()
    if not (root / "stack.yaml").is_file():
        raise Refusal("there is no stack.yaml here; run this in the folder of the project")
    for path in (written := scaffold(root, kind, name, type_)):
        print_line(console(), f"{path}: written")
    tests = next(path for path in written if path.name.startswith("test_"))
    print_line(console(), f"next: connectors generate && .venv/bin/python -m pytest {tests}")
    return exit_codes.OK
