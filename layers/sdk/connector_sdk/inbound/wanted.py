"""An event with the element that wants it, on its way to the engine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.authorization.apikey import ApiKeyAuthorization
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.identity import record_id
from connector_sdk.inbound.redaction import shown_credentials, without_credentials
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Route
from connector_sdk.stores import Delivery


@dataclass(frozen=True, slots=True)
class WantedEvent:
    """What a request became: it is verified, and `element` wants it."""

    request: WebhookRequest
    payload: Mapping[str, Any]
    """What expressions see, and the parts of a multipart body."""
    route: Route
    element: InboundElement
    acknowledgement: Answer | None
    """What the sender gets if the model says nothing."""

    @property
    def sender_id(self) -> str | None:
        """The sender's own id of the delivery: only with one, a repeat is a repeat."""
        return self.route.connector.identity(self.route.configuration)(self.request)

    def patience_ms(self, budget_ms: int) -> int:
        """How long the sender waits, counted from the request's own time."""
        scheme = self.route.connector.signature(self.route.configuration)
        return min(budget_ms, scheme.patience_ms) if scheme else budget_ms

    def delivery(self, due_ms: int | None) -> Delivery:
        """The event as a delivery that nobody else may take before `due_ms`."""
        return Delivery(
            id=record_id(self.route.path, self.sender_id, self.request.received_ms),
            path=self.route.path,
            received_ms=self.request.received_ms,
            element=self.element.to_json(),
            payload=self.payload,
            due_ms=due_ms,
            lease=secrets.token_hex(8),
        )

    @property
    def _key(self) -> str | None:
        authorization = self.route.connector.authorization(self.route.configuration)
        return authorization.key if isinstance(authorization, ApiKeyAuthorization) else None

    @property
    def credentials(self) -> tuple[str, ...]:
        """The sender's and the model's: neither is written down, whatever an expression makes of them."""
        shown = (*shown_credentials(self.request.headers), *self.route.secrets, self._key or "")
        return tuple(filter(None, shown))

    def kept(self, delivery: Delivery) -> Delivery:
        """The delivery as it is written down: without the credentials that its sender showed."""
        return replace(delivery, payload=without_credentials(delivery.payload, self._key))

    def response(self, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None, default: Answer) -> Answer:
        """The model's own answer over `payload`, else `default`."""
        return self.route.response(self.element, payload, correlation, default)
