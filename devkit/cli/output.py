"""Where commands print: tables and colours for people, JSON for programs, problems on stderr."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 100
"""Columns of tables and paragraphs where there is no terminal."""
UNWRAPPED_WIDTH = 100_000
"""More than any row has."""


def console() -> Console:
    """The terminal, or plain text where there is none. Made on each call, since tests replace stdout."""
    return plain(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def plain(**options: Any) -> Console:
    """A console that prints text as it is: `:soap:` in the name of a type is no picture, and `[red]` no colour."""
    return Console(highlight=False, markup=False, emoji=False, **options)


def print_line(out: Console, text: str, style: str = "") -> None:
    """Print a line as it is, without wrapping it."""
    out.print(text, style=style, soft_wrap=True)


def print_rows(table: Table) -> None:
    """Print a table, where there is no terminal with one line for each row, so that programs can read it."""
    if sys.stdout.isatty():
        console().print(table)
        return
    wide = StringIO()
    plain(file=wide, width=UNWRAPPED_WIDTH).print(table)
    for line in wide.getvalue().splitlines():
        print(line.rstrip())


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_problem(sentence: str) -> None:
    """Print one line on stderr, with the name of the program."""
    print(f"connectors: {sentence}", file=sys.stderr)
