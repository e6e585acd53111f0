"""What `connectors run` prints: for people, or for programs."""

from __future__ import annotations

import json
import threading
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from devkit.cli.output import console, print_line
from devkit.connector_runtime.models import Model
from devkit.connector_runtime.runtime import ConnectorRuntime
from devkit.connector_runtime.told import IncidentRaised, Notice, Redelivered, Told, WebhookAnswered
from devkit.demo.screen import OUTCOME_STYLES
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
            whose = _whose(job_type, models)
            self._print(f"not served here   {job_type} ({element_id}): another {whose} has to take it", "yellow")
        self._webhooks(runtime)
        for read in runtime.subscriptions:
            elements = ", ".join(element.element_id for element in read.elements)
            self._print(f"subscribed to     {read.path} for {read.elements[0].process_definition_id}, {elements}")
        for poll in runtime.polls:
            self._print(f"polling           for {poll.element.process_definition_id}, {poll.element.element_id}")
        for one in runtime.waiting:
            self._print(
                f"not served        {one.element.process_definition_id}, {one.element.element_id}: "
                f"its path is taken by {one.owner.process_definition_id}, {one.owner.element_id} "
                f"({one.url}); give it another",
                "yellow",
            )
        self._print("Ctrl-C ends it.")

    def finished(self, done: Finished) -> None:
        with self._lock:
            self._print(
                f"job {done.job.key}  {done.job.type}  instance {done.job.process_instance_key}  "
                f"{done.job.element_id}  {done.function}: {done.ending}{_said(done)}",
                OUTCOME_STYLES.get(done.outcome, "red"),
            )

    def told(self, what: Told) -> None:
        style = "yellow"
        match what:
            case WebhookAnswered(method, path, status, happened):
                text = f"webhook {method} {path}  {status}{': ' + happened if happened else ''}"
                style = "green" if status < 300 else "yellow" if status < 400 else "red"
            case Redelivered(delivery, _, happened):
                text = f"delivery {delivery}: {happened}"
            case IncidentRaised(instance, element_id, kind, message):
                text, style = f"incident in {instance}  {element_id}: {kind}: {message}", "red"
            case Notice(text):
                pass
        with self._lock:
            self._print(" ".join(text.split("\n")), style)

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


def _whose(name: str, models: list[Model]) -> str:
    """Who serves a type: jobs have workers, inbound connectors have runtimes."""
    inbound = (dict(element.properties).get("inbound.type") for model in models for element in model.elements())
    return "connector runtime" if name in inbound else "worker"


def _said(done: Finished) -> str:
    """Its message, on one line."""
    return f": {' '.join(done.message.split())}" if done.message else ""


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
            subscriptions=[
                {"source": one.path, "elementIds": [element.element_id for element in one.elements]}
                for one in runtime.subscriptions
            ],
            polls=[
                {"processDefinitionId": one.element.process_definition_id, "elementId": one.element.element_id}
                for one in runtime.polls
            ],
            waiting=[
                {
                    "url": one.url,
                    "processDefinitionId": one.element.process_definition_id,
                    "elementId": one.element.element_id,
                    "takenBy": {
                        "processDefinitionId": one.owner.process_definition_id,
                        "elementId": one.owner.element_id,
                    },
                }
                for one in runtime.waiting
            ],
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
            result=done.result.value,
            retriesLeft=done.retries_left,
            incident=done.retries_left == 0,
        )

    def told(self, what: Told) -> None:
        match what:
            case WebhookAnswered(method, path, status, happened):
                self._print("webhook", method=method, path=path, status=status, happened=happened)
            case Redelivered(delivery, path, happened):
                self._print("redelivery", delivery=delivery, path=path, happened=happened)
            case IncidentRaised(instance, element_id, kind, message):
                self._print(
                    "incident", processInstanceKey=instance, elementId=element_id, errorType=kind, message=message
                )
            case Notice(text):
                self._print("notice", text=text)

    def stopping(self) -> None:
        self._print("stopping")

    def stopped(self, counts: dict[str, int]) -> None:
        self._print("stopped", counts=counts)

    def _print(self, event: str, **members: Any) -> None:
        with self._lock:
            print(json.dumps({"event": event, **members}, ensure_ascii=False), flush=True)
