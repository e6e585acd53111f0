"""Poller, functions, webhook gateway and redelivery around one engine."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector_sdk.clock import SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import DeployedProcess, EngineClient, EngineDocuments
from connector_sdk.errors import EngineRejected, SdkError
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.handler import handler_for
from connector_sdk.inbound.polling import Poll, Polls
from connector_sdk.inbound.rounds import PollingServices
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.subscription import Subscription, Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.secrets import SecretProvider
from connector_sdk.settings import Settings
from devkit import gateway
from devkit.connector_runtime.deliveries import ToldDeliveries, telling
from devkit.connector_runtime.entries import LiveEntries, path_problem
from devkit.connector_runtime.functions import INBOUND, POLLS, SUBSCRIPTIONS, OutboundFunctions, outbound_functions
from devkit.connector_runtime.models import Model, require_secrets, routed
from devkit.connector_runtime.presence import Presence, PresentEngine, Watch, without_absences
from devkit.connector_runtime.sources import Sources
from devkit.connector_runtime.sources.timer import Timer
from devkit.connector_runtime.told import Notice, Tell, nobody
from functions.runtime.importer import Importer
from functions.runtime.poller.finished import Observer
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.spelled_secrets import SpelledSecrets
from functions.runtime.redelivery.redelivery import Redelivery

FETCHED = frozenset({*(one.type for one in SUBSCRIPTIONS), *(one.type for one in POLLS)})
"""Inbound types for which nobody calls: messages are consumed, or somebody is polled."""
DISCOVERY_SECONDS = 5.0
"""Between two looks at what is deployed, as Camunda's runtime does."""
REQUEST_TIMEOUT_MS = 1_000
"""How long the engine keeps a poll open: short, so that Ctrl-C is answered soon."""


class WebhookRefused(SdkError):
    """Webhooks, subscriptions or polls of deployed models cannot be served: all are named."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that is being served."""

    url: str
    element: InboundElement


@dataclass(frozen=True, slots=True)
class Waiting:
    """A webhook that is not served, because its path belongs to another element."""

    url: str
    element: InboundElement
    owner: InboundElement


@dataclass(frozen=True, slots=True)
class Plan:
    """What a runtime is made of."""

    engine: EngineClient
    settings: Settings
    secrets: SecretProvider
    models: Sequence[Model]
    deliveries: Path | str
    """File of the deliveries table; `:memory:` forgets."""
    port: int = 0
    public_address: str = ""
    observer: Observer | None = None
    tell: Tell = nobody
    """Told of everything but jobs."""


@dataclass(frozen=True, slots=True)
class ConnectorRuntime:
    """A running runtime."""

    deployed: tuple[DeployedProcess, ...]
    functions: OutboundFunctions
    webhooks: tuple[Webhook, ...]
    waiting: tuple[Waiting, ...]
    subscriptions: tuple[Subscription, ...]
    """Those of the models: each has a consumer of its own."""
    polls: tuple[Poll, ...]
    """Those of the models."""
    address: str
    """Of the webhook gateway."""
    poller: Poller

    def unserved(self, models: Sequence[Model]) -> dict[str, str]:
        """Job types and inbound types of the models that nothing here serves, each with an element that has it."""
        types: dict[str, str] = {}
        for model in models:
            for element in model.elements():
                if element.task_definition and element.task_definition.type:
                    types.setdefault(element.task_definition.type, element.id)
                if inbound := dict(element.properties).get("inbound.type"):
                    types.setdefault(inbound, element.id)
        served = {
            *self.functions.types,
            *(one.type for one in INBOUND),
            *FETCHED,
        }
        return {name: where for name, where in types.items() if name not in served and not name.startswith("=")}


@contextmanager
def running(plan: Plan) -> Iterator[ConnectorRuntime]:
    """Deploy, start everything, and stop it gracefully at the end.

    Raises EngineError, SecretsMissing, UnusableDeliveries, WebhookRefused or SettingsError before anything is started.
    """
    require_secrets(plan.models, plan.secrets, plan.settings.secret_prefix)
    with ExitStack() as stack:
        functions = outbound_functions(plan.settings, plan.secrets, EngineDocuments(lambda: plan.engine), plan.engine)
        stack.callback(functions.close)
        deliveries = ToldDeliveries(plan.deliveries, plan.tell)
        stack.callback(deliveries.close)
        deployed = plan.engine.deploy(_resources(plan.models))
        routes = Routes(INBOUND, plan.secrets, plan.settings.compatibility)
        subscriptions = Subscriptions(SUBSCRIPTIONS, plan.secrets, plan.settings.compatibility)
        polls = Polls(POLLS, plan.secrets, plan.settings.compatibility)
        entries = LiveEntries(routes, (subscriptions, polls), plan.tell)
        _enter(entries, routes, plan, deployed)
        secrets = SpelledSecrets(lambda: plan.engine, Compatibility.of(plan.settings.compatibility))
        _know(secrets, plan, deployed)
        engine = PresentEngine(plan.engine, Presence(_Restoring(plan, entries, routes, secrets)), deliveries.say)
        watch = Watch(plan.engine, engine, plan.tell)
        watch.start()
        stack.callback(watch.stop)
        redelivery = Redelivery(deliveries, engine, compatibility=plan.settings.compatibility)
        redelivery.start()
        stack.callback(redelivery.stop)
        poller = _started(_poller(plan, functions, secrets), stack)
        services = WebhookServices(routes, engine, deliveries, public_address=plan.public_address)
        handler = telling(handler_for(services), deliveries, plan.tell)
        served = stack.enter_context(gateway.start(handler, plan.port))
        address = f"{(plan.public_address or served.address).rstrip('/')}/inbound"
        entries.address = address
        _read(SubscriptionServices(subscriptions, engine, deliveries), plan, stack)
        _poll(PollingServices(polls, engine, deliveries), plan, stack)
        importer = Importer(lambda: plan.engine, entries, compatibility=plan.settings.compatibility)
        importer.start(DISCOVERY_SECONDS)
        stack.callback(importer.stop)
        yield ConnectorRuntime(
            deployed, functions, *_served(routes, subscriptions, polls, address), served.address, poller
        )


def _started(poller: Poller, stack: ExitStack) -> Poller:
    """Start doing jobs; an engine that is away is the watch's to tell."""
    log = logging.getLogger("connectors.poller")
    log.addFilter(without_absences)
    stack.callback(log.removeFilter, without_absences)
    poller.start()
    stack.callback(poller.stop)
    return poller


def _read(services: SubscriptionServices, plan: Plan, stack: ExitStack) -> None:
    """Start a consumer for each source that is subscribed to."""
    sources = Sources(services, plan.settings, plan.tell)
    sources.start()
    stack.callback(sources.stop)


def _poll(services: PollingServices, plan: Plan, stack: ExitStack) -> None:
    """Start polling for those who wait."""
    timer = Timer(services, plan.settings, plan.tell)
    timer.start()
    stack.callback(timer.stop)


def _resources(models: Iterable[Model]) -> list[tuple[str, bytes]]:
    return [(model.name, model.xml) for model in models]


class _Restoring:
    """Deploys again what an engine has forgotten; what it still has may have newer versions, which stay."""

    def __init__(
        self,
        plan: Plan,
        entries: LiveEntries,
        routes: Routes,
        secrets: SpelledSecrets,
    ) -> None:
        self._plan = plan
        self._entries = entries
        self._routes = routes
        self._secrets = secrets

    def __call__(self, engine: EngineClient) -> None:
        forgotten = [model for model in self._plan.models if not _remembered(engine, model)]
        if not forgotten:
            self._plan.tell(Notice("the engine was away and is back"))
            return
        deployed = engine.deploy(_resources(forgotten))
        _know(self._secrets, self._plan, deployed)
        _enter(self._entries, self._routes, self._plan, deployed)
        named = ", ".join(f"{process.process_definition_id} version {process.version}" for process in deployed)
        self._plan.tell(Notice(f"the engine was away and came back without its models; deployed again: {named}"))


def _remembered(engine: EngineClient, model: Model) -> bool:
    """Whether the engine has a version of each of the model's processes.

    One without search keeps what it has on disk: there is nothing to ask it, and deploying would put an older version
    over what was deployed since.
    """
    try:
        return all(
            engine.search("process-definitions", {"processDefinitionId": process.id}, limit=1)
            for process in model.definitions.processes
            if process.executable
        )
    except EngineRejected:
        return True


def _know(secrets: SpelledSecrets, plan: Plan, deployed: Sequence[DeployedProcess]) -> None:
    """The keys of the models; jobs of earlier ones may still come."""
    for process in deployed:
        model = next(one for one in plan.models if one.holds(process.process_definition_id))
        secrets.know(process.key, model.definitions)


def _poller(plan: Plan, functions: OutboundFunctions, secrets: SpelledSecrets) -> Poller:
    return Poller(
        plan.engine,
        functions.registry,
        Inline(functions.handlers),
        Options(
            Compatibility.of(plan.settings.compatibility),
            secrets,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            tenant_ids=plan.settings.tenant_ids,
        ),
        observer=plan.observer,
    )


def _enter(entries: LiveEntries, routes: Routes, plan: Plan, deployed: Sequence[DeployedProcess]) -> None:
    """Enter the webhooks and subscriptions of the models. Raises WebhookRefused, UnusableModel."""
    now, refused = SystemClock().time_ms(), []
    for process in deployed:
        model = next(one for one in plan.models if one.holds(process.process_definition_id))
        for refusal in entries.enter(routed(model, process, now)):
            named = ", ".join(element.element_id for element in refusal.elements)
            refused.append(f"{named} in {model.name} cannot be served: {refusal.reason}")
    for queue in routes:
        if problem := path_problem(queue[0].path):
            first = queue[0].elements[0]
            file = next(one.name for one in plan.models if one.holds(first.process_definition_id))
            refused.append(f"{first.element_id} in {file} cannot be served: {problem}")
    if refused:
        raise WebhookRefused("; ".join(refused))


def _served(
    routes: Routes, subscriptions: Subscriptions, polls: Polls, address: str
) -> tuple[tuple[Webhook, ...], tuple[Waiting, ...], tuple[Subscription, ...], tuple[Poll, ...]]:
    read = tuple(one for queue in subscriptions for one in queue)
    polled = tuple(one for queue in polls for one in queue)
    return _webhooks(routes, address), _waiting(routes, address), read, polled


def _webhooks(routes: Routes, address: str) -> tuple[Webhook, ...]:
    return tuple(Webhook(f"{address}/{queue[0].path}", element) for queue in routes for element in queue[0].elements)


def _waiting(routes: Routes, address: str) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(f"{address}/{route.path}", element, queue[0].elements[0])
        for queue in routes
        for route in queue[1:]
        for element in route.elements
    )
