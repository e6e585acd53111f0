"""`connectors generate`: write what is derived from the functions, or check that it is up to date."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from devkit.cli import exit_codes
from devkit.cli.output import console
from devkit.cli.problems import Refusal
from devkit.generate import ARCHITECTURES, TEMPLATE, Choice, template

ALL = "all"
DIFFERENCE_LINES = 20


def generate(
    check: Annotated[
        bool, typer.Option("--check", help="change nothing; status 1 if something is not up to date")
    ] = False,
    only: Annotated[
        str | None, typer.Option(metavar="NAME,…", help="a stack of these connectors and webhooks; `all` for all")
    ] = None,
    architecture: Annotated[
        str | None, typer.Option(help=f"the functions' processor: {' or '.join(ARCHITECTURES)}")
    ] = None,
    output: Annotated[Path, typer.Option(metavar="FILE", help="where the template goes")] = Path(TEMPLATE),
) -> int:
    """Write template.yaml from stack.yaml, the function.yaml files and what the connectors' code says.

    What an earlier run chose with --only and --architecture stays chosen.
    """
    root = Path.cwd()
    if not (root / "stack.yaml").is_file():
        raise Refusal("there is no stack.yaml here; run this in the folder of the project")
    there = output.read_text(encoding="utf-8") if output.is_file() else ""
    wanted = template(root, _chosen(Choice.of(there), only, architecture))
    if check:
        return _compare(there, wanted, output)
    output.write_text(wanted, encoding="utf-8")
    console().print(f"{output}: {'unchanged' if wanted == there else 'written'}", markup=False)
    return exit_codes.OK


def _chosen(before: Choice, only: str | None, architecture: str | None) -> Choice:
    if architecture not in (None, *ARCHITECTURES):
        raise Refusal(f"there is no architecture {architecture}; choose {' or '.join(ARCHITECTURES)}")
    names = tuple(name for name in (only or "").split(",") if name)
    chosen = before.only if only is None else None if names == (ALL,) else names
    return Choice(chosen, architecture or before.architecture)


def _compare(there: str, wanted: str, output: Path) -> int:
    if there == wanted:
        console().print(f"{output} is up to date", markup=False)
        return exit_codes.OK
    lines = list(
        difflib.unified_diff(there.splitlines(), wanted.splitlines(), str(output), "generated", lineterm="", n=1)
    )
    for line in lines[:DIFFERENCE_LINES]:
        console().print(line, markup=False)
    raise Refusal(f"{output} is not up to date; run `connectors generate` and commit it", exit_codes.DIFFERENCE)
