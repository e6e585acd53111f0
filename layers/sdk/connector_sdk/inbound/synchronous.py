"""`synchronousResponse`: the sender waits for what the process does, and nothing is queued.

A start event creates an instance and waits for its end; everything else is correlated at once or not at all. The sender
hears when that fails, and has to come again, so there is nothing to redeliver:

    what happened                                        answer
    ──────────────────────────────────────────────────   ────────────────────────────────────────
    it is done                                            200, or what the response expression says
    a repeat, by the sender's own id, of what was done    the stored answer
    nothing waits for the message                         404 {"reason"}
    the engine refuses the event                          422 {"reason"}
    the engine is away or busy, or its answer is lost     503
    25 seconds, or the engine's own patience, are over    504: it may be done all the same
"""

from __future__ import annotations

import logging
from dataclasses import replace

from connector_sdk.errors import EngineBusy, EngineError, EngineNotFound, EngineRejected
from connector_sdk.inbound import answers
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import is_permanent, with_documents
from connector_sdk.inbound.correlation import Unmappable, command_for
from connector_sdk.inbound.creating import creating
from connector_sdk.inbound.redaction import answer_without
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.wanted import WantedEvent
from connector_sdk.secrets import mask
from connector_sdk.stores import Delivery, State
from connector_sdk.stores.deliveries import KEEP_FINISHED_MS

BUDGET_MS = 25_000
"""From the request's own timestamp. API Gateway gives up after 30 seconds."""
_LOG = logging.getLogger(__name__)


def synchronous(event: WantedEvent, services: WebhookServices) -> Answer:
    """Do it now and answer with what came of it. Raises what the store raises when it is asked for a repeat."""
    repeatable = event.sender_id is not None
    delivery = event.delivery(None)
    there = services.deliveries.get(delivery.id) if repeatable else None
    if there is not None and there.state is State.PUBLISHED and there.answer is not None:
        return Answer.from_json(there.answer)
    left_ms = BUDGET_MS - max(0, services.clock.time_ms() - event.request.received_ms)
    if left_ms <= 0:
        return answers.TIMED_OUT
    try:
        engine = services.engine.within(left_ms / 1000, together=True)
        payload = with_documents(event.payload, engine)
        rules = event.route.rules.general
        command = command_for(event.element, payload, delivery.id, rules, creating(engine))
        correlation = command.send_and_wait(engine, left_ms)
    except Unmappable as error:
        return error.answer
    except EngineError as error:
        reason = mask(str(error), event.credentials)
        _LOG.warning("the webhook %s could not be answered with a result: %s", event.route.path, reason)
        late = services.clock.time_ms() - event.request.received_ms >= BUDGET_MS
        return answers.TIMED_OUT if late else _refused(error)
    answer = event.response(payload, correlation, event.acknowledgement or answers.OK)
    if repeatable:
        _remember(event.kept(delivery), services, answer_without(answer, event.credentials))
    return answer


def _refused(error: EngineError) -> Answer:
    if isinstance(error, EngineNotFound) and error.problem:
        return answers.of_json(404, {"reason": "Nothing waits for this event"})
    if isinstance(error, EngineRejected) and is_permanent(error):
        return answers.of_json(422, {"reason": "The engine refuses this event"})
    return answers.TIMED_OUT if isinstance(error, EngineBusy) and error.timed_out else answers.AWAY


def _remember(delivery: Delivery, services: WebhookServices, answer: Answer) -> None:
    """Keep the answer for the sender's repeats. It is done already, so no failure here is the sender's."""
    expires_ms = services.clock.time_ms() + KEEP_FINISHED_MS
    done = replace(delivery, lease=None, state=State.PUBLISHED, answer=answer.to_json(), expires_ms=expires_ms)
    try:
        services.deliveries.put(done)
    except Exception:
        _LOG.exception("an answer could not be kept; a repeat of %s is taken for a new event", done.id)
