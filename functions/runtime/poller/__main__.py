"""`python -m functions.runtime.poller http-json … [--health PORT]`: the poller as a process, functions in the same one.

SIGTERM and SIGINT stop it gracefully; exit status 0 then, 1 when jobs were left running, 2 when it could not start.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from connector_sdk.errors import SdkError
from functions.runtime.poller.process import poll


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes."""
    chosen = _arguments().parse_args(arguments)
    try:
        return 1 if poll(chosen.connector, chosen.health) else 0
    except SdkError as error:
        print(f"poller: {error}", file=sys.stderr)
        return 2


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poller", description="Run connector functions for the engine's jobs.")
    parser.add_argument("connector", nargs="+", help="a folder of functions/outbound, such as http-json")
    parser.add_argument("--health", metavar="[HOST:]PORT", help="say on this port how it goes; on 127.0.0.1 by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
