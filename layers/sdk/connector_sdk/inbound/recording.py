"""Record an event, publish it while its sender waits, answer; what cannot be published now is redelivered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from connector_sdk.clock import Clock
from connector_sdk.inbound import answers
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import Away, Never, Refused, Taken, attempt, backoff_ms, without_parts
from connector_sdk.inbound.correlation import InboundEngine
from connector_sdk.inbound.redaction import answer_without
from connector_sdk.secrets import mask
from connector_sdk.stores import Deliveries, Delivery, State

LEASE_MARGIN_MS = 22_000
"""How much longer than its budget a request keeps its delivery: an engine call that was begun in time may end later."""
_LOG = logging.getLogger(__name__)


class Event(Protocol):
    """What is wanted: a webhook's request or a broker's message, with the element that wants it."""

    @property
    def acknowledgement(self) -> Answer | None: ...
    @property
    def credentials(self) -> tuple[str, ...]: ...
    def patience_ms(self, budget_ms: int) -> int: ...
    def delivery(self, due_ms: int | None) -> Delivery: ...
    def kept(self, delivery: Delivery) -> Delivery: ...
    def response(
        self, payload: Mapping[str, Any], correlation: Mapping[str, Any] | None, default: Answer
    ) -> Answer: ...


class Services(Protocol):
    """What recording needs."""

    @property
    def routes(self) -> Activations[Any]: ...
    @property
    def engine(self) -> InboundEngine: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def budget_ms(self) -> int: ...


def recorded(event: Event, services: Services) -> Answer:
    """Record the delivery, or find out that it is a repeat; then publish it. Raises what the store raises."""
    now = services.clock.time_ms()
    budget_ms = event.patience_ms(services.budget_ms)
    delivery = event.delivery(now + budget_ms + LEASE_MARGIN_MS)
    kept = event.kept(delivery)
    accepted = event.acknowledgement or answers.ACCEPTED
    there = services.deliveries.put(kept)
    if there is not None and there.state is State.PUBLISHED:
        return accepted if there.answer is None else Answer.from_json(there.answer)
    if there is not None and not services.deliveries.reopen(kept, now):
        return accepted
    if there is not None:
        delivery = replace(delivery, documents=there.documents)
    return _published(delivery, event, services, budget_ms, again=there is not None)


def _published(delivery: Delivery, event: Event, services: Services, budget_ms: int, *, again: bool) -> Answer:
    """Try to publish within the budget, write down how it went, and answer.

    Raises nothing: a sender that is told of a failure now would repeat an event that is recorded already.
    """
    store = services.deliveries
    # Not more than the budget, should the gateway's clock be ahead of ours.
    left_ms = budget_ms - max(0, services.clock.time_ms() - delivery.received_ms)
    engine = services.engine.within(left_ms / 1000, together=True) if left_ms > 0 else None
    outcome = attempt(delivery, engine, services.routes.rules.general, again=again)
    now = services.clock.time_ms()

    def kept(answer: Answer) -> dict[str, Any]:
        return answer_without(answer, event.credentials).to_json()

    def hidden(reason: str) -> str:
        return mask(reason, event.credentials)

    match outcome:
        case Taken(correlation, payload):
            answer = event.response(payload, correlation, event.acknowledgement or answers.OK)
            _written(lambda: store.finish(delivery, State.PUBLISHED, now, answer=kept(answer)))
            return answer
        case Refused(answer, reason):
            _written(lambda: store.finish(delivery, State.REFUSED, now, answer=kept(answer), error=hidden(reason)))
            return answer
        case Away(reason, documents=made):
            due_ms = now + backoff_ms(delivery.attempts)
            _written(lambda: store.postpone(delivery, due_ms, error=hidden(reason), documents=made))
        case Never(reason):
            _written(lambda: store.finish(delivery, State.DEAD, now, answer=None, error=hidden(reason)))
    accepted = event.acknowledgement or answers.ACCEPTED
    answer = event.response(without_parts(delivery.payload), None, accepted)
    # The event is ours now, so nothing but a 2xx would be true.
    return answer if answer.accepted else accepted


def _written(write: Callable[[], bool]) -> None:
    """Write an outcome down. If that fails, the lease runs out and redelivery comes to the same end."""
    try:
        write()
    except Exception:
        _LOG.exception("how a delivery ended could not be written down; it is redelivered when its lease runs out")
