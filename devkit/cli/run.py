"""`connectors run`: the connector runtime on this machine, for a few BPMN files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings, environment
from devkit.cli import exit_codes
from devkit.cli.addresses import http_address
from devkit.cli.ports import require_free
from devkit.cli.run_output import Lines, Screen
from devkit.cli.signals import stop_signals
from devkit.connector_runtime.model_expressions import bare_secrets, require_expressions
from devkit.connector_runtime.models import Model, read_models
from devkit.connector_runtime.runtime import Plan, running
from devkit.connector_runtime.told import Notice
from devkit.engine import server
from functions.runtime.poller.log_lines import log_lines

DEFAULT_PORT = 8086
"""Where Camunda 8 Run has its connectors."""
KEPT_IN = Path("deliveries.sqlite")
FORGOTTEN = ":memory:"
"""With an engine of our own, which forgets everything: a repeat of an event that it has never seen is none."""


def run(
    models: Annotated[list[Path], typer.Argument(metavar="BPMN...", help="files to deploy and serve")],
    port: Annotated[int, typer.Option(help="of the webhook server on 127.0.0.1; 0 takes a free one")] = DEFAULT_PORT,
    public_address: Annotated[
        str, typer.Option(metavar="URL", help="how senders reach the webhook server, if not by its own address")
    ] = "",
    deliveries: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"where accepted webhooks are kept until the engine has them [{KEPT_IN}]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
) -> int:
    """Deploy BPMN files and run their connectors.

    Job poller, functions and webhook server run in one process.

    The engine is the one that CAMUNDA_REST_ADDRESS names; without it, a development engine is started, and it and the
    deliveries are forgotten at the end. Secrets are
    environment variables: SECRET_TOKEN is {{secrets.TOKEN}}. Ctrl-C finishes what is running, then ends.
    """
    log_lines("%(levelname)s %(name)s: %(message)s")
    screen = Lines() if as_json else Screen()
    read = read_models(models)
    require_expressions(read)
    settings = Settings.read()
    public_address = http_address(public_address, "--public-address")
    require_free(port, "--port")
    with stop_signals() as stopping, _engine(settings) as engine:
        plan = Plan(
            engine=engine,
            settings=settings,
            secrets=EnvironmentSecrets(environment(), settings.secret_prefix),
            models=read,
            deliveries=deliveries or (KEPT_IN if settings.engine_address else FORGOTTEN),
            port=port,
            public_address=public_address,
            observer=screen.finished,
            tell=screen.told,
        )
        with running(plan) as runtime:
            screen.ready(runtime, engine.address, read)
            for text in _notices(read, deliveries, settings):
                screen.told(Notice(text))
            stopping.wait()
            screen.stopping()
        screen.stopped(runtime.poller.counts())
    return exit_codes.OK


def _notices(models: list[Model], deliveries: Path | None, settings: Settings) -> Iterator[str]:
    if not Compatibility.of(settings.compatibility).textual_secrets:
        yield from bare_secrets(models)
    if deliveries and not settings.engine_address:
        yield (
            f"{deliveries} keeps deliveries, and the development engine forgets: what was delivered in an earlier run "
            "is answered as a repeat and starts nothing"
        )


@contextmanager
def _engine(settings: Settings) -> Iterator[EngineClient]:
    with ExitStack() as stack:
        if settings.engine_address:
            client = EngineClient.from_settings(settings)
        else:
            started = server.start()
            stack.callback(started.stop)
            client = EngineClient(started.address)
        stack.callback(client.close)
        client.topology()
        yield client
