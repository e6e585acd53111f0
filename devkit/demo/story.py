"""What the demo does and what has to come of it, without a word about how it is shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import SdkError
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.checkout import ROOT
from devkit.connector_runtime.models import Model, read_models
from devkit.connector_runtime.runtime import ConnectorRuntime, Plan, running
from devkit.demo import catalogue, github
from devkit.engine import server
from functions.runtime.poller.finished import Finished

T = TypeVar("T")
MODEL = ROOT / "examples/github-issue/github-issue.bpmn"
PROCESS = "github-issue"
PATIENCE_SECONDS = 20.0
"""How long an instance may take; it needs about a second."""
LOOK_AGAIN_SECONDS = 0.05


class Unexpected(SdkError):
    """The demo did not show what it should; the message says which expectation failed."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A webhook that was sent, and its answer."""

    title: str
    url: str
    sent: github.Webhook
    answer: github.Answer


@dataclass(frozen=True, slots=True)
class Instance:
    """A process instance at its end."""

    key: str
    path: tuple[tuple[str, str], ...]
    """Elements in the order in which they were entered: id, and the name in the diagram."""
    jobs: tuple[Finished, ...]
    variables: Mapping[str, Any]


@dataclass(slots=True)
class Demo:
    """The parts while they run."""

    engine: EngineClient
    model: Model
    runtime: ConnectorRuntime
    catalogue: catalogue.Catalogue
    finished: list[Finished] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where GitHub would send its events."""
        return self.runtime.webhooks[0].url

    def send(self, title: str, webhook: github.Webhook, status: int) -> Exchange:
        """Send a webhook. Raises Unexpected if the answer has another status."""
        answer = github.send(webhook, self.url)
        if answer.status != status:
            raise Unexpected(f"{title}: the webhook was answered with {answer.status}, expected {status}")
        return Exchange(title, self.url, webhook, answer)

    def instance(self, path: tuple[str, ...]) -> Instance:
        """Wait for the next instance to end. Raises Unexpected if it takes too long or another path."""
        key = self._wait(self._ended, "no process instance came to its end")
        self.seen.add(key)
        drawn = {element.id: element for element in self.model.elements()}
        entered = sorted(self._search("element-instances", key), key=lambda one: int(one["elementInstanceKey"]))
        ids = tuple(one["elementId"] for one in entered if one["elementId"] in drawn)
        if ids != path:
            raise Unexpected(f"instance {key} went {' → '.join(ids)}, expected {' → '.join(path)}")
        tasks = sum(drawn[one].kind == "serviceTask" for one in ids)
        # The engine knows of a job's end a moment before the poller has its answer.
        jobs = self._wait(lambda: self._jobs(key, tasks), f"instance {key} ended, but not all of its {tasks} jobs")
        variables = (one for one in self._search("variables", key) if one["scopeKey"] == key)
        return Instance(
            key,
            tuple((one, drawn[one].name or one) for one in ids),
            jobs,
            {one["name"]: json.loads(one["value"]) for one in variables},
        )

    def _jobs(self, key: str, number: int) -> tuple[Finished, ...] | None:
        found = tuple(done for done in self.finished if done.job.process_instance_key == key)
        return found if len(found) >= number else None

    def no_instance(self) -> None:
        """Raise Unexpected if an instance was started that nobody asked for."""
        if keys := [key for key in self._instances({}) if key not in self.seen]:
            raise Unexpected(f"a refused webhook started instance {keys[0]}")

    def _ended(self) -> str | None:
        return next((key for key in self._instances({"state": "COMPLETED"}) if key not in self.seen), None)

    def _instances(self, more: Mapping[str, Any]) -> list[str]:
        found = self.engine.search("process-instances", {"processDefinitionId": PROCESS, **more})
        return [str(one["processInstanceKey"]) for one in found]

    def _search(self, what: str, key: str) -> list[dict[str, Any]]:
        return self.engine.search(what, {"processInstanceKey": key})

    def _wait(self, look: Callable[[], T | None], failure: str) -> T:
        clock, pause = SystemClock(), threading.Event()
        until = clock.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            if clock.monotonic() > until:
                raise Unexpected(f"{failure} within {PATIENCE_SECONDS:.0f} s")
            pause.wait(LOOK_AGAIN_SECONDS)
        return found


@contextmanager
def started() -> Iterator[Demo]:
    """Start the development engine, the catalogue and the connector runtime on free ports of this machine."""
    with ExitStack() as stack:
        api = stack.enter_context(catalogue.Catalogue())
        engine_server = server.start()
        stack.callback(engine_server.stop)
        engine = EngineClient(engine_server.address)
        stack.callback(engine.close)
        finished: list[Finished] = []
        (model,) = read_models([MODEL])
        runtime = stack.enter_context(running(_plan(engine, model, api.address, finished.append)))
        yield Demo(engine, model, runtime, api, finished)


def _plan(engine: EngineClient, model: Model, api: str, observer: Callable[[Finished], None]) -> Plan:
    variables = {
        "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1",
        "SECRET_GITHUB_WEBHOOK_SECRET": github.SECRET,
        "SECRET_CATALOGUE_URL": api,
        "SECRET_CATALOGUE_TOKEN": catalogue.TOKEN,
    }
    return Plan(
        engine=engine,
        settings=Settings.read(variables),
        secrets=EnvironmentSecrets(variables),
        models=[model],
        deliveries=":memory:",
        observer=observer,
    )
