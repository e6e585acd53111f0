"""API Gateway events in, API Gateway answers out: the same on Lambda and behind the local gateway."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.inbound.answers import NOT_READY, UNREADABLE, Answer
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.services import WebhookServices

_LOG = logging.getLogger(__name__)


def handler_for(services: WebhookServices) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler (`event`, `context`) for payload version 2.0 that serves the routes of `services`."""
    return answering(lambda request: services, services.clock, services.public_address)


def answering(
    services_for: Callable[[WebhookRequest], WebhookServices], clock: Clock, public_address: str
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The same with services that are chosen for each request. The handler never raises."""

    def answer(event: Mapping[str, Any]) -> Answer:
        try:
            request = WebhookRequest.from_event(event, received_ms=clock.time_ms(), public_address=public_address)
        except Exception:
            _LOG.exception("an event that cannot be read was refused")
            return UNREADABLE
        try:
            services = services_for(request)
        except Exception:
            _LOG.exception("webhooks cannot be served now")
            return NOT_READY
        return deliver(request, services)

    return lambda event, context: answer(event).to_event()
