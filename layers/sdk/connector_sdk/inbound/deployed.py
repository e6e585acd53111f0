"""A webhook function as it is deployed: its routes come from the stack's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import CurrentEngine, DeployedProcess
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.fresh import FreshRoutes
from connector_sdk.inbound.handler import answering
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.secrets import EngineSettings, secrets_from
from connector_sdk.settings import Settings
from connector_sdk.stores.places import deliveries_at
from connector_sdk.stores.routes import RoutedProcess, routes_at

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
    chosen = settings or Settings.read()
    secrets, clock, engine = secrets_from(chosen), SystemClock(), CurrentEngine(EngineSettings(chosen).current)
    deliveries = deliveries_at(chosen)
    fresh = FreshRoutes(routes_at(chosen.routes, chosen), lambda: Routes([connector], secrets, chosen.compatibility))
    engine.client()

    def services_for(request: WebhookRequest) -> WebhookServices:
        return WebhookServices(fresh.of(request.context), engine.client(), deliveries, clock, chosen.public_address)

    return answering(services_for, clock, chosen.public_address)
