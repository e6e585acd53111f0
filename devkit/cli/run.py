"""`connectors run`: the connector runtime on this machine, for a few BPMN files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Table

from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings, environment
from devkit.cli import exit_codes
from devkit.cli.output import console
from devkit.cli.ports import require_free
from devkit.cli.signals import stop_signals
from devkit.engine import server
from devkit.runtime.models import Model, read_models
from devkit.runtime.runtime import ConnectorRuntime, Plan, running
from functions.runtime.poller.finished import Finished

DEFAULT_PORT = 8086
"""Where Camunda 8 Run has its connectors."""


def run(
    models: Annotated[list[Path], typer.Argument(metavar="BPMN...", help="files to deploy and serve")],
    port: Annotated[int, typer.Option(help="of the webhook server on 127.0.0.1; 0 takes a free one")] = DEFAULT_PORT,
    public_address: Annotated[
        str, typer.Option(metavar="URL", help="how senders reach the webhook server, if not by its own address")
    ] = "",
    deliveries: Annotated[
        Path, typer.Option(metavar="FILE", help="where accepted webhooks are kept until the engine has them")
    ] = Path("deliveries.sqlite"),
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
) -> int:
    """Deploy BPMN files and run their connectors: job poller, functions and webhook server in one process.

    The engine is the one that CAMUNDA_REST_ADDRESS names; without it, a development engine is started. Secrets are
    environment variables: SECRET_TOKEN is {{secrets.TOKEN}}. Ctrl-C finishes what is running, then ends.
    """
    screen = _Lines() if as_json else _Screen()
    read = read_models(models)
    settings = Settings.read()
    plan = Plan(
        engine=EngineClient("http://127.0.0.1"),
        settings=settings,
        secrets=EnvironmentSecrets(environment(), settings.secret_prefix),
        models=read,
        deliveries=deliveries,
        port=require_free(port, "--port"),
        public_address=public_address.rstrip("/"),
        observer=screen.finished,
    )
    with stop_signals() as stopping, _engine(settings) as engine:
        with running(replace(plan, engine=engine)) as runtime:
            screen.ready(runtime, engine.address, read)
            stopping.wait()
            screen.stopping()
        screen.stopped(runtime.poller.counts())
    return exit_codes.OK


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


class _Screen:
    """For people: tables at the start, a line for each job."""

    def __init__(self) -> None:
        self._out = console()
        self._lock = threading.Lock()

    def ready(self, runtime: ConnectorRuntime, engine_address: str, models: list[Model]) -> None:
        self._out.print(f"engine            {engine_address}")
        for process in runtime.deployed:
            self._out.print(
                f"deployed          {process.process_definition_id} version {process.version} "
                f"(key {process.key}, from {process.resource_name})"
            )
        self._out.print(f"serving jobs      {', '.join(runtime.functions.types)}")
        for job_type, element_id in runtime.unserved(models).items():
            self._out.print(f"[yellow]not served here[/yellow]   {job_type} ({element_id}): some other worker has to")
        self._webhooks(runtime)
        self._out.print("Ctrl-C ends it.")

    def finished(self, done: Finished) -> None:
        with self._lock:
            self._out.print(
                f"job {done.job.key}  {done.job.type}  {done.job.element_id}  {done.function}: {done.outcome}"
                f"{': ' + done.message if done.message else ''}",
                markup=False,
            )

    def stopping(self) -> None:
        self._out.print("Stopping: no new jobs; waiting for what is running.")

    def stopped(self, counts: dict[str, int]) -> None:
        total = ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
        self._out.print(f"Stopped. Jobs: {total}.")

    def _webhooks(self, runtime: ConnectorRuntime) -> None:
        if not runtime.webhooks:
            return
        table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
        table.add_column("webhook URL to paste", overflow="fold")
        table.add_column("starts or continues")
        for webhook in runtime.webhooks:
            table.add_row(webhook.url, f"{webhook.element.process_definition_id}, {webhook.element.element_id}")
        self._out.print(table)


class _Lines:
    """For programs: one JSON object a line, each with an `event`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def ready(self, runtime: ConnectorRuntime, engine_address: str, models: list[Model]) -> None:
        self._print(
            "ready",
            engine=engine_address,
            deployed=[
                {
                    "processDefinitionId": process.process_definition_id,
                    "processDefinitionVersion": process.version,
                    "processDefinitionKey": process.key,
                    "resourceName": process.resource_name,
                }
                for process in runtime.deployed
            ],
            webhooks=[{"url": webhook.url, "elementId": webhook.element.element_id} for webhook in runtime.webhooks],
            types=runtime.functions.types,
            unserved=sorted(runtime.unserved(models)),
        )

    def finished(self, done: Finished) -> None:
        self._print(
            "job",
            jobKey=done.job.key,
            processInstanceKey=done.job.process_instance_key,
            type=done.job.type,
            elementId=done.job.element_id,
            function=done.function,
            outcome=done.outcome,
            message=done.message,
        )

    def stopping(self) -> None:
        self._print("stopping")

    def stopped(self, counts: dict[str, int]) -> None:
        self._print("stopped", counts=counts)

    def _print(self, event: str, **members: Any) -> None:
        with self._lock:
            print(json.dumps({"event": event, **members}, ensure_ascii=False), flush=True)
