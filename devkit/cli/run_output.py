"""What `connectors run` prints: for people, or for programs."""

from __future__ import annotations

import json
import threading
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from devkit.cli.output import console, print_line
from devkit.demo.screen import OUTCOME_STYLES
from devkit.runtime.models import Model
from devkit.runtime.runtime import ConnectorRuntime
from functions.runtime.poller.finished import Finished


class Screen:
    """For people: tables at the start, a line for each job."""

    def __init__(self) -> None:
        self._out = console()
        self._lock = threading.Lock()

    def ready(self, runtime: ConnectorRuntime, engine_address: str, models: list[Model]) -> None:
        self._print(f"engine            {engine_address}")
        for process in runtime.deployed:
            self._print(
                f"deployed          {process.process_definition_id} version {process.version} "
                f"(key {process.key}, from {process.resource_name})"
            )
        self._print(f"serving jobs      {', '.join(runtime.functions.types)}")
        for job_type, element_id in runtime.unserved(models).items():
            self._print(f"not served here   {job_type} ({element_id}): another worker has to take it", "yellow")
        self._webhooks(runtime)
        self._print("Ctrl-C ends it.")

    def finished(self, done: Finished) -> None:
        with self._lock:
            self._print(
                f"job {done.job.key}  {done.job.type}  {done.job.element_id}  {done.function}: {done.outcome}"
                f"{': ' + done.message if done.message else ''}",
                OUTCOME_STYLES.get(done.outcome, "red"),
            )

    def notice(self, text: str) -> None:
        with self._lock:
            self._print(text, "yellow")

    def stopping(self) -> None:
        self._print("Stopping: no new jobs; waiting for what is running.")

    def stopped(self, counts: dict[str, int]) -> None:
        total = ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
        self._print(f"Stopped. Jobs: {total}.")

    def _print(self, text: str, style: str = "") -> None:
        print_line(self._out, text, style)

    def _webhooks(self, runtime: ConnectorRuntime) -> None:
        if not runtime.webhooks:
            return
        table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
        table.add_column("webhook URL to paste", overflow="fold")
        table.add_column("starts or continues")
        for webhook in runtime.webhooks:
            table.add_row(webhook.url, f"{webhook.element.process_definition_id}, {webhook.element.element_id}")
        self._out.print(table)


class Lines:
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

    def notice(self, text: str) -> None:
        self._print("notice", text=text)

    def stopping(self) -> None:
        self._print("stopping")

    def stopped(self, counts: dict[str, int]) -> None:
        self._print("stopped", counts=counts)

    def _print(self, event: str, **members: Any) -> None:
        with self._lock:
            print(json.dumps({"event": event, **members}, ensure_ascii=False), flush=True)
