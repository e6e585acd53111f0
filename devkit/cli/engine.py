"""`connectors engine`: the development engine as a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from connector_sdk.clock import Clock, ControlledClock, SystemClock
from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.ports import require_free
from devkit.cli.problems import Refusal
from devkit.cli.signals import stop_signals
from devkit.engine.server import EngineNotStarted, RunningEngine, start

DEFAULT_PORT = 8080
"""Where Camunda 8 has its REST API."""


def engine(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 takes a free one")] = DEFAULT_PORT,
    data: Annotated[Path | None, typer.Option(metavar="FILE", help="keep everything in this file")] = None,
    controlled_clock: Annotated[
        bool, typer.Option("--controlled-clock", help="time stands still until PUT /v2/clock moves it")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
) -> int:
    """Run the development engine until Ctrl-C.

    It serves Camunda 8's REST API v2 with the searches; everything is in memory, or in a file that the next run
    goes on with.
    """
    clock = ControlledClock(SystemClock().time_ms()) if controlled_clock else None
    with stop_signals() as stopping:
        running = _start(require_free(port, "--port"), clock, data)
        try:
            _announce(running.address, data, as_json)
            stopping.wait()
        finally:
            running.stop()
    return exit_codes.OK


def _start(port: int, clock: Clock | None, data: Path | None) -> RunningEngine:
    """Raises Refusal."""
    try:
        return start(port=port, clock=clock, data=data)
    except EngineNotStarted as error:
        raise Refusal(str(error)) from error


def _announce(address: str, data: Path | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"event": "ready", "address": address}), flush=True)
        return
    out = console()
    kept = "forgets everything" if data is None else f"leaves everything in {data}"
    print_line(out, f"The development engine is at {address}; Ctrl-C stops it and {kept}.")
    print_line(out, f"Clients find it with CAMUNDA_REST_ADDRESS={address}")
