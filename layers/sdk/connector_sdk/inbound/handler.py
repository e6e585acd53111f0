"""API Gateway events in, API Gateway answers out: the same on Lambda and behind the local gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.inbound.deliver import deliver
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.services import WebhookServices


def handler_for(services: WebhookServices) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler (`event`, `context`) for payload version 2.0 that serves the routes of `services`."""
    return answering(lambda request: services, services.clock, services.public_address)


def answering(
    services_for: Callable[[WebhookRequest], WebhookServices], clock: Clock, public_address: str
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The same with services that are chosen for each request."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        request = WebhookRequest.from_event(event, received_ms=clock.time_ms(), public_address=public_address)
        return deliver(request, services_for(request)).to_event()

    return handler
