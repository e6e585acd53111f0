"""API Gateway events in, API Gateway answers out: the same on Lambda and behind the local gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.inbound.deliver import deliver
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.services import WebhookServices


def handler_for(services: WebhookServices) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler (`event`, `context`) for payload version 2.0 that serves the routes of `services`."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        request = WebhookRequest.from_event(
            event, received_ms=services.clock.time_ms(), public_address=services.public_address
        )
        return deliver(request, services).to_event()

    return handler
