"""Poller, functions, webhook gateway and redelivery around one engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.errors import SdkError
from connector_sdk.inbound import InboundElement, Routes, WebhookServices, elements_of, handler_for
from connector_sdk.secrets import SecretProvider
from connector_sdk.settings import Settings
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit import gateway
from devkit.runtime.functions import INBOUND, OutboundFunctions, outbound_functions
from devkit.runtime.models import Model, SpelledSecrets, require_secrets
from functions.runtime.poller.finished import Observer
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.redelivery.redelivery import Redelivery

REQUEST_TIMEOUT_MS = 1_000
"""How long the engine keeps a poll open: short, so that Ctrl-C is answered soon."""


class WebhookRefused(SdkError):
    """A webhook of a deployed model cannot be served."""


class UnusableDeliveries(SdkError):
    """The deliveries file cannot be opened, or is something else."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that is being served."""

    url: str
    element: InboundElement


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


@dataclass(frozen=True, slots=True)
class ConnectorRuntime:
    """A running runtime."""

    deployed: tuple[DeployedProcess, ...]
    functions: OutboundFunctions
    webhooks: tuple[Webhook, ...]
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
        served = {*self.functions.types, *(webhook.type for webhook in INBOUND)}
        return {name: where for name, where in types.items() if name not in served and not name.startswith("=")}


@contextmanager
def running(plan: Plan) -> Iterator[ConnectorRuntime]:
    """Deploy, start everything, and stop it gracefully at the end.

    Raises EngineError, SecretsMissing, UnusableDeliveries, WebhookRefused or SettingsError before anything is started.
    """
    require_secrets(plan.models, plan.secrets, plan.settings.secret_prefix)
    with ExitStack() as stack:
        functions = outbound_functions(plan.settings, plan.secrets)
        stack.callback(functions.close)
        deliveries = stack.enter_context(_deliveries(plan.deliveries))
        deployed = plan.engine.deploy([(model.name, model.xml) for model in plan.models])
        routes = _routes(plan, deployed)
        redelivery = Redelivery(deliveries, plan.engine, compatibility=plan.settings.compatibility)
        redelivery.start()
        stack.callback(redelivery.stop)
        poller = _poller(plan, functions, deployed)
        poller.start()
        stack.callback(poller.stop)
        services = WebhookServices(routes, plan.engine, deliveries, public_address=plan.public_address)
        served = stack.enter_context(gateway.start(handler_for(services), plan.port))
        webhooks = _webhooks(routes, plan.public_address or served.address)
        yield ConnectorRuntime(deployed, functions, webhooks, served.address, poller)


def _deliveries(file: Path | str) -> SqliteDeliveries:
    try:
        return SqliteDeliveries(file)
    except sqlite3.Error as error:
        raise UnusableDeliveries(
            f"{file} cannot keep deliveries: {error}; name another file with --deliveries, in a folder that exists"
        ) from error


def _poller(plan: Plan, functions: OutboundFunctions, deployed: Sequence[DeployedProcess]) -> Poller:
    rules = Compatibility.of(plan.settings.compatibility)
    return Poller(
        plan.engine,
        functions.registry,
        Inline(functions.handlers),
        Options(
            rules,
            SpelledSecrets(plan.models, deployed, rules),
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            tenant_ids=(plan.settings.tenant_id,),
        ),
        observer=plan.observer,
    )


def _routes(plan: Plan, deployed: Sequence[DeployedProcess]) -> Routes:
    routes = Routes(INBOUND, plan.secrets, plan.settings.compatibility)
    for process in deployed:
        model = next(one for one in plan.models if one.holds(process.process_definition_id))
        for refusal in routes.deploy(process, elements_of(model.definitions, process)):
            named = ", ".join(element.element_id for element in refusal.elements)
            raise WebhookRefused(f"the webhook at {named} in {model.name} cannot be served: {refusal.reason}")
    return routes


def _webhooks(routes: Routes, address: str) -> tuple[Webhook, ...]:
    return tuple(
        Webhook(f"{address.rstrip('/')}/inbound/{queue[0].path}", element)
        for queue in routes
        for element in queue[0].elements
    )
