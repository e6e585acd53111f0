"""Where commands print: tables and colours for people, JSON for programs, problems on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console


def console() -> Console:
    """The terminal, or plain text where there is none. Made on each call, since tests replace stdout."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_problem(sentence: str) -> None:
    """Print one line on stderr, with the name of the program."""
    print(f"connectors: {sentence}", file=sys.stderr)
