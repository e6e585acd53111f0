"""`connectors generate`: write what is derived from the functions, or check that it is up to date."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal
from devkit.generate import ARCHITECTURES, TEMPLATE, Choice, template
from devkit.generate.derived import derived_files, problems, released_file, templated

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
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"only the stack's template, there instead of {TEMPLATE}")
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="element templates as they are now are out: a change needs a new version")
    ] = False,
) -> int:
    """Write what is derived from stack.yaml, the function.yaml files and the connectors' code.

    That is template.yaml, and each function's element template and README. What an earlier run chose with --only and
    --architecture stays chosen; element templates are written for all functions.
    """
    root = Path.cwd()
    if not (root / "stack.yaml").is_file():
        raise Refusal("there is no stack.yaml here; run this in the folder of the project")
    stack = _writable(output or Path(TEMPLATE))
    wanted = {stack: template(root, _chosen(Choice.of(_text(stack)), only, architecture))}
    if output is None:
        wanted |= _of_functions(root, release)
    changed = {file: text for file, text in wanted.items() if _text(file) != text}
    if check:
        return _refuse_differences(changed, len(wanted))
    for file, text in changed.items():
        file.write_text(text, encoding="utf-8")
        print_line(console(), f"{file}: written")
    print_line(console(), f"generated files: {len(changed)} written, {len(wanted) - len(changed)} unchanged")
    return exit_codes.OK


def _of_functions(root: Path, release: bool) -> Mapping[Path, str]:
    """Element templates and READMEs. Raises Refusal if a template breaks a rule."""
    functions = templated(root)
    if found := problems(functions, root):
        raise Refusal(f"element templates: {'; '.join(map(str, found))}", exit_codes.DIFFERENCE)
    return {**derived_files(functions, root), **(released_file(functions, root) if release else {})}


def _writable(output: Path) -> Path:
    """The file. Raises Refusal if it cannot be made."""
    if not output.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {output.parent} for --output; make it first: mkdir -p {output.parent}")
    if output.is_dir():
        raise Refusal(f"--output {output} is a folder; name a file in it, such as {output / TEMPLATE}")
    return output


def _text(file: Path) -> str:
    """What is in a file; nothing if it is not there."""
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _chosen(before: Choice, only: str | None, architecture: str | None) -> Choice:
    if architecture not in (None, *ARCHITECTURES):
        raise Refusal(f"there is no architecture {architecture}; choose {' or '.join(ARCHITECTURES)}")
    names = tuple(name for part in (only or "").split(",") if (name := part.strip()))
    if only is not None and not names:
        raise Refusal(f"--only names nothing; name connectors and webhooks, such as http-json,webhook, or `{ALL}`")
    chosen = before.only if only is None else None if names == (ALL,) else names
    return Choice(chosen, architecture or before.architecture)


def _refuse_differences(changed: Mapping[Path, str], files: int) -> int:
    if not changed:
        print_line(console(), f"generated files: all {files} are up to date")
        return exit_codes.OK
    for file, text in changed.items():
        there = _text(file)
        lines = difflib.unified_diff(there.splitlines(), text.splitlines(), str(file), "generated", lineterm="", n=1)
        for line in islice(lines, DIFFERENCE_LINES):
            print_line(console(), line)
    names = ", ".join(map(str, changed))
    raise Refusal(f"not up to date: {names}; run `connectors generate` and commit it", exit_codes.DIFFERENCE)
