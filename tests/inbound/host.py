"""One webhook on one machine, with an engine that keeps what it was told."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.webhook import WebhookConnector
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores import Deliveries
from devkit.conformance.recorded_engine import RecordedEngine
from devkit.connector_runtime.functions import INBOUND

NOW = 1_700_000_000_000
ORDERS = {"inbound.type": "io.camunda:webhook:1", "inbound.context": "orders"}
SECRETS = {"SECRET_HOOK": "It's a Secret to Everybody", "SECRET_KEY": "k-1"}


def element(properties: Mapping[str, str], **changes: Any) -> InboundElement:
    """A plain start event of the process `order`; changes make it something else."""
    plain: dict[str, Any] = {
        "element_id": "start",
        "element_kind": "startEvent",
        "element_name": None,
        "process_definition_id": "order",
        "process_definition_key": "2251799813685250",
        "version": 3,
        "tenant_id": "<default>",
        "effect": "create",
        "properties": ORDERS | dict(properties),
    }
    return InboundElement(**(plain | changes))


def catch_event(properties: Mapping[str, str], **changes: Any) -> InboundElement:
    """An intermediate catch event that waits for the message `paid`."""
    keyed = {"correlationKeyExpression": "=request.body.id"} | dict(properties)
    kind = {"element_id": "paid", "element_kind": "intermediateCatchEvent", "effect": "publish", "message_name": "paid"}
    return element(keyed, **(kind | changes))


class WatchedEngine(RecordedEngine):
    """Calls `before` first for each command."""

    def __init__(self) -> None:
        super().__init__([])
        self.before: Callable[[], None] = lambda: None

    def answer(self, command: dict[str, Any]) -> None:
        self.before()
        super().answer(command)


@dataclass
class Webhook:
    """A host with its routes; `post` sends one request through the door."""

    store: Deliveries
    engine: WatchedEngine = field(default_factory=WatchedEngine)
    clock: ControlledClock = field(default_factory=lambda: ControlledClock(NOW))
    compatibility: str = "8.10"
    kinds: Sequence[WebhookConnector[Any]] = INBOUND
    routes: Routes = field(init=False)

    def __post_init__(self) -> None:
        self.routes = Routes(self.kinds, EnvironmentSecrets(SECRETS), self.compatibility, self.clock)

    @property
    def services(self) -> WebhookServices:
        return WebhookServices(self.routes, self.engine, self.store, self.clock)

    def deploy(self, *elements: InboundElement) -> Sequence[str]:
        """Deploy one process; returns why elements were refused."""
        first = elements[0]
        process = DeployedProcess(
            first.process_definition_id, first.version, first.process_definition_key, "order.bpmn", first.tenant_id
        )
        return [refusal.reason for refusal in self.routes.deploy(process, elements)]

    def post(self, body: Any = None, **changes: Any) -> Answer:
        """Send JSON (or bytes) to /inbound/orders."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        plain: dict[str, Any] = {
            "method": "POST",
            "path": "/inbound/orders",
            "body": content,
            "headers": {"content-type": "application/json"},
            "received_ms": self.clock.time_ms(),
        }
        plain["headers"] = plain["headers"] | changes.pop("headers", {})
        return deliver(WebhookRequest(**(plain | changes)), self.services)

    @property
    def told(self) -> list[dict[str, Any]]:
        """The bodies of the commands that the engine got."""
        return [command["body"] for command in self.engine.commands]
