"""The door for messages of brokers: is it wanted? → record → map → publish → settle.

A message is acknowledged when it is on disk, or when nobody wants it and the model says that this is fine. What is
handed over again has the same delivery id, and is published once.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.expressions import ExpressionError
from connector_sdk.inbound.activation import Ambiguous, Unwanted, activated
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import ATTACHED
from connector_sdk.inbound.correlation import InboundEngine
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.identity import record_id
from connector_sdk.inbound.message import InboundMessage, Settled, UnreadableMessage
from connector_sdk.inbound.recording import recorded
from connector_sdk.inbound.subscription import Subscription, Subscriptions
from connector_sdk.stores import Deliveries, Delivery

BUDGET_MS = 15_000
"""For a whole batch, from its beginning: what is left of it afterwards is recorded, and published by redelivery."""
A = TypeVar("A", bound=Activations[Any])
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceServices(Generic[A]):
    """Subscriptions or polls with their secrets, the engine, the deliveries store, the time."""

    routes: A
    engine: InboundEngine
    deliveries: Deliveries
    clock: Clock = field(default_factory=SystemClock)
    budget_ms: int = BUDGET_MS


SubscriptionServices = SourceServices[Subscriptions]


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """A message with the element that wants it, on its way to the engine."""

    message: InboundMessage
    path: str
    """What it came by: part of the delivery's id."""
    element: InboundElement
    received_ms: int
    acknowledgement: Answer | None = None

    def patience_ms(self, budget_ms: int) -> int:
        """All of the budget: brokers wait."""
        return budget_ms

    def delivery(self, due_ms: int | None) -> Delivery:
        """The event as a delivery that nobody else may take before `due_ms`."""
        attached = {ATTACHED: [part.to_json() for part in self.message.parts]} if self.message.parts else {}
        return Delivery(
            id=record_id(self.path, self.message.id, self.received_ms),
            path=self.path,
            received_ms=self.received_ms,
            element=self.element.to_json(),
            payload={**self.message.payload, **attached},
            due_ms=due_ms,
            lease=secrets.token_hex(8),
        )

    @property
    def credentials(self) -> tuple[str, ...]:
        """None: who may hand messages over is the broker's business."""
        return ()

    def kept(self, delivery: Delivery) -> Delivery:
        """As it is: a message holds no credentials of its sender."""
        return delivery

    def response(self, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None, default: Answer) -> Answer:
        """Nobody waits for an answer."""
        return default


def take(
    record: Mapping[str, Any],
    subscriptions: Sequence[Subscription],
    services: SubscriptionServices,
    received_ms: int,
    named: object = None,
) -> tuple[Settled, MessageEvent | None]:
    """Take one record in for the first of the subscriptions that wants it. Never raises.

    Returns the event as well that it was recorded as; None: there is none, and the log says which message it was, by
    the message's own id or by what its broker knows it by, `named`.
    """
    named = named or "without an id"
    if not subscriptions:
        return Settled.AGAIN, None  # its process may have just been deployed, or be known only to others
    try:
        consumed = False
        for subscription in subscriptions:
            message = subscription.connector.function(record, subscription.configuration)
            named = message.id or named
            found = activated(subscription.elements, message.payload, subscription.rules)
            if isinstance(found, Unwanted):
                consumed = consumed or found.consumed
            elif isinstance(found, Ambiguous):
                _LOG.error("several elements want the message %s of %s", named, subscription.path)
                return Settled.REFUSED, None
            else:
                event = MessageEvent(message, subscription.path, found, received_ms)
                return Settled.DONE if recorded(event, services).accepted else Settled.REFUSED, event
        if not consumed:
            _LOG.warning("no element wants the message %s of %s", named, subscriptions[0].path)
        return Settled.DONE if consumed else Settled.REFUSED, None
    except (UnreadableMessage, ExpressionError) as error:  # of the activation condition
        _LOG.error("the message %s of %s cannot be used: %s", named, subscriptions[0].path, error)
        return Settled.REFUSED, None
    except Exception:
        _LOG.exception("the message %s of %s could not be taken in", named, subscriptions[0].path)
        return Settled.AGAIN, None
