"""A webhook function as it is deployed: its routes come from the stack's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.handler import answering
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.stack import Stack
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess

if TYPE_CHECKING:  # a webhook's start does not wait for it
    from connector_sdk.bpmn import Definitions
    from connector_sdk.inbound.webhook import WebhookConnector


def routed_process(definitions: Definitions, deployed: DeployedProcess, now_ms: int) -> RoutedProcess:
    """The entry of a process that was just deployed. Raises UnusableProcess."""
    return RoutedProcess(
        deployed.process_definition_id,
        deployed.version,
        deployed.key,
        deployed.tenant_id,
        now_ms,
        tuple(element.to_json() for element in elements_of(definitions, deployed)),
        entered_ms=now_ms,
    )


def deployed_handler(
    connector: WebhookConnector[Any], settings: Settings | None = None
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of a webhook kind, as the environment says. Raises SettingsError, SecretsUnavailable."""
    chosen, clock = settings or Settings.read(), SystemClock()
    stack = Stack.of(Routes, connector, chosen)
    stack.engine.client()  # its credentials are read while the function starts, not while the first sender waits

    def services_for(request: WebhookRequest) -> WebhookServices:
        routes = stack.fresh.of(request.context)
        return WebhookServices(routes, stack.engine.client(), stack.deliveries, clock, chosen.public_address)

    return answering(services_for, clock, chosen.public_address)
