"""`connectors poll`: the job poller alone, with its functions, in this process."""

from __future__ import annotations

from typing import Annotated

import typer

from devkit.cli import exit_codes
from functions.runtime.poller import process


def poll(
    connectors: Annotated[list[str], typer.Argument(metavar="CONNECTOR...", help="such as http-json")],
    health: Annotated[
        str | None, typer.Option(metavar="[HOST:]PORT", help="say there how it goes; on 127.0.0.1")
    ] = None,
) -> int:
    """Do the jobs of connectors until Ctrl-C.

    The engine is the one that CAMUNDA_REST_ADDRESS names. Ctrl-C finishes what is running, then ends.
    """
    return exit_codes.DIFFERENCE if process.poll(connectors, health) else exit_codes.OK
