"""Where commands print: tables and colours for people, JSON for programs, problems on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

PIPE_WIDTH = 100
"""Columns of tables and paragraphs where there is no terminal."""


def console() -> Console:
    """The terminal, or plain text where there is none. Made on each call, since tests replace stdout."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def print_line(out: Console, text: str, style: str = "") -> None:
    """Print a line as it is: neither wrapped nor searched for markup."""
    out.print(text, style=style, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_problem(sentence: str) -> None:
    """Print one line on stderr, with the name of the program."""
    print(f"connectors: {sentence}", file=sys.stderr)
