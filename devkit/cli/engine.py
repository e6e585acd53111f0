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
    token: Annotated[str | None, typer.Option(metavar="TOKEN", help="only requests that bear it are answered")] = None,
    prefix: Annotated[str, typer.Option(metavar="PATH", help="put the API under a path: /a-cluster")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
) -> int:
    """Run the development engine until Ctrl-C.

    It serves Camunda 8's REST API v2 with the searches; everything is in memory, or in a file that the next run
    goes on with. It is for development and tests: one process, no replication, and nobody logs in unless --token
    says so. With --token and --prefix a client meets it as it meets a cluster on SaaS.
    """
    clock = ControlledClock(SystemClock().time_ms()) if controlled_clock else None
    with stop_signals() as stopping:
        running = _start(require_free(port, "--port"), clock, data, prefix, token)
        try:
            _announce(running, data, as_json, with_token=token is not None)
            stopping.wait()
        finally:
            running.stop()
    _say_farewell(data, as_json)
    return exit_codes.OK


def _start(port: int, clock: Clock | None, data: Path | None, prefix: str, token: str | None) -> RunningEngine:
    """Raises Refusal."""
    try:
        return start(port, clock=clock, data=data, prefix=prefix, token=token)
    except EngineNotStarted as error:
        raise Refusal(str(error)) from error


def _announce(running: RunningEngine, data: Path | None, as_json: bool, *, with_token: bool) -> None:
    if as_json:
        login = {"tokenAddress": running.token_address} if with_token else {}
        print(json.dumps({"event": "ready", "address": running.address, **login}), flush=True)
        return
    out = console()
    kept = "forgets everything" if data is None else f"leaves everything in {data}"
    print_line(out, f"The development engine is at {running.address}; Ctrl-C stops it and {kept}.")
    print_line(out, "It is for development and tests: one process, no replication, no access control of its own.")
    print_line(out, f"Clients find it with CAMUNDA_REST_ADDRESS={running.address}")
    if with_token:
        names = "CAMUNDA_AUTH_STRATEGY=OAUTH CAMUNDA_CLIENT_ID=anything CAMUNDA_CLIENT_SECRET=<the token>"
        print_line(out, f"and log in with {names} CAMUNDA_OAUTH_URL={running.token_address}")


def _say_farewell(data: Path | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"event": "stopped"}), flush=True)
        return
    kept = "everything it had is forgotten" if data is None else f"everything it had is in {data}"
    print_line(console(), f"The development engine has stopped; {kept}.")
