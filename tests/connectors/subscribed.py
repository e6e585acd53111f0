"""Subscriptions on one machine: official templates on diagrams, consumers of real brokers, a development engine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.subscription import Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.connector_runtime.functions import SUBSCRIPTIONS
from devkit.connector_runtime.presence import Presence, PresentEngine
from devkit.connector_runtime.sources import Sources
from devkit.connector_runtime.told import Told
from devkit.engine import server
from devkit.modeler import HeadlessModeler, official_template
from devkit.modeler.install import official_templates
from functions.runtime.redelivery.redelivery import Redelivery
from tests.real_engine.webhook_diagrams import KINDS, diagram

SAMPLE = [kind if kind in ("start", "boundary") else pytest.param(kind, marks=pytest.mark.wide) for kind in KINDS]
"""Kinds of elements: those that differ most in the ordinary run."""
STARTS = ("start", "message start")
PATIENCE_SECONDS = 30.0
LONG_MS = 3_600_000


def until(done: Callable[[], bool], what: Callable[[], object] = lambda: "") -> None:
    """Wait until it is so, within a limit."""
    clock, pause = SystemClock(), threading.Event()
    end = clock.monotonic() + PATIENCE_SECONDS
    while not done():
        assert clock.monotonic() < end, what()
        pause.wait(0.05)


def modelled(
    modeler: HeadlessModeler, template_id: str, kind: str, process_id: str, key: str, values: Mapping[str, str | bool]
) -> str:
    """The diagram with the newest version of an official template on `hook`, filled in as a person would.

    `key` is the expression for what a message carries; `values` are by binding.
    """
    newest = max(version or 0 for one, version in official_templates() if one == template_id)
    template = official_template(template_id, newest)
    typed: dict[str, str | bool] = {
        **({"correlationRequired": "required"} if kind == "event sub-process" else {}),
        "resultExpression": f"={{seen: {key}}}",
        **({} if kind in STARTS else {"correlationKey": "=key", "correlationKeyExpression": f"={key}"}),
        **values,
    }
    named = {
        one["binding"]["name"]: one.get("id") or one["binding"]["name"]
        for one in reversed(template["properties"])
        if one["type"] != "Hidden" and "name" in one["binding"] and not _of_configuration(one)
    }
    found = modeler.apply(
        diagram(process_id, kind),
        "hook",
        template,
        {named.get(name, name): value for name, value in typed.items() if name in named or name in values},
    )
    assert found.missing == (), found.missing
    return found.xml


def _of_configuration(one: Mapping[str, Any]) -> bool:
    """Whether a property is only shown beside a credential of the cluster."""
    conditions = one.get("condition", {}).get("allMatch", [one.get("condition", {})])
    return any(condition.get("isEmpty") is False for condition in conditions)


@dataclass
class Host:
    """Consumers, a store and an engine that may go away; `seen` are the messages that processes got."""

    running: server.RunningEngine
    store: SqliteDeliveries
    settings: Settings
    secrets: Mapping[str, str]
    subscriptions: Subscriptions = field(init=False)
    told: list[Told] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.subscriptions = Subscriptions(
            SUBSCRIPTIONS, EnvironmentSecrets({f"SECRET_{name}": value for name, value in self.secrets.items()})
        )
        self.engine = EngineClient(self.running.address)
        self.present = PresentEngine(self.engine, Presence(lambda _: self._restore()))
        self.services = SubscriptionServices(self.subscriptions, self.present, self.store, budget_ms=3_000)
        self.sources = Sources(self.services, self.settings, self.told.append)

    def deploy(self, process_id: str, xml: str) -> None:
        """Deploy a model and read for it."""
        self.models[process_id] = xml
        self._deploy(process_id, xml)

    def wait_for(self, process_id: str, key: str) -> None:
        """Start an instance that waits for a message with this key."""
        self.engine.create_instance(process_definition_id=process_id, variables={"key": key})

    def seen(self, process_id: str) -> list[Any]:
        """What came after `hook`, in jobs that nobody has taken before."""
        jobs = self.engine.activate_jobs(
            f"after-{process_id}", max_jobs=500, timeout_ms=LONG_MS, worker="test", request_timeout_ms=-1
        )
        return [job.variables.get("seen") for job in jobs]

    def collected(self, process_id: str, count: int) -> list[Any]:
        """Wait for so many."""
        found: list[Any] = []

        def enough() -> bool:
            found.extend(self.seen(process_id))
            return len(found) >= count

        until(enough, lambda: (found, self.told, self.states()))
        return found

    def states(self) -> Mapping[State, int]:
        """How many deliveries are in which state."""
        listed = [one.state for one in self.store.newest(limit=1000)]
        return {state: listed.count(state) for state in set(listed)}

    def outage(self) -> None:
        """The engine goes away."""
        self.running.stop()

    def back(self) -> None:
        """Another engine, empty, at the same address; whoever finds it there first gives it the models again."""
        self.running = server.start(port=urlsplit(self.running.address).port or 0)

    def redeliver(self) -> None:
        """A round of redelivery, an hour later."""
        later = ControlledClock(SystemClock().time_ms() + LONG_MS)
        Redelivery(self.store, self.present, clock=later).round()

    def _restore(self) -> None:
        for process_id, xml in self.models.items():
            self._deploy(process_id, xml)

    def _deploy(self, process_id: str, xml: str) -> None:
        for deployed in self.engine.deploy([(f"{process_id}.bpmn", xml.encode())]):
            assert self.subscriptions.deploy(deployed, elements_of(read(xml), deployed)) == []


@contextmanager
def host(settings: Settings, secrets: Mapping[str, str] | None = None) -> Iterator[Host]:
    """Consumers run until the end."""
    with SqliteDeliveries(":memory:") as store:
        going = Host(server.start(), store, settings, secrets or {})
        going.sources.start()
        try:
            yield going
        finally:
            going.sources.stop()
            going.engine.close()
            going.running.stop()


def new_name() -> str:
    """For a process, a queue or a topic."""
    return f"p-{uuid4().hex[:12]}"


def texts(numbers: Sequence[int]) -> list[str]:
    """Bodies of messages, one for each number."""
    return [json.dumps({"id": f"m-{number}"}) for number in numbers]
