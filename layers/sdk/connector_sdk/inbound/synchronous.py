"""`synchronousResponse`: the sender waits for what the process does, and nothing is queued.

A start event creates an instance and waits for its end; everything else is correlated at once or not at all. The sender
hears when that fails, and has to come again, so there is nothing to redeliver. Where it names the event, its record is
leased first, so that a repeat starts nothing while the first request waits:

    what happened                                        answer
    ──────────────────────────────────────────────────   ────────────────────────────────────────
    it is done                                            200, or what the response expression says
    a repeat, by the sender's own id, of what was done    the stored answer
    a repeat while the first one is still waited for      409 {"reason"}
    a repeat of a start that an instance was found of     409 {"reason"}
    nothing waits for the message                         404 {"reason"}
    the process's version is not deployed any more        404 {"reason"}
    the engine refuses the event, or a document of it     422 {"reason"}
    the engine is away or busy, or its answer is lost     503
    25 seconds, or the engine's own patience, are over    504: it may be done all the same
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from connector_sdk.errors import EngineBusy, EngineError, EngineNotFound, EngineRejected
from connector_sdk.inbound import answers
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import is_permanent, with_documents
from connector_sdk.inbound.correlation import Command, Unmappable, command_for
from connector_sdk.inbound.creating import creating
from connector_sdk.inbound.recording import LEASE_MARGIN_MS
from connector_sdk.inbound.redaction import answer_without
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.uploads import OUT_OF_TIME, Uploads
from connector_sdk.inbound.wanted import WantedEvent
from connector_sdk.secrets import mask
from connector_sdk.stores import Delivery, State

BUDGET_MS = 25_000
"""From the request's own timestamp. API Gateway gives up after 30 seconds."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Result:
    """What the sender gets; `error`: why nothing was done, or why nobody knows."""

    answer: Answer
    error: str | None = None


def synchronous(event: WantedEvent, services: WebhookServices) -> Answer:
    """Do it now and answer with what came of it. Raises what the store raises when it is asked for a repeat."""
    delivery = event.delivery(None)
    if event.sender_id is None:
        return _done(delivery, event, services, again=False).answer
    now = services.clock.time_ms()
    kept = replace(event.kept(delivery), expires_ms=now + BUDGET_MS + LEASE_MARGIN_MS)
    there = services.deliveries.put(kept)
    if there is not None and there.state is State.PUBLISHED:
        return answers.ACCEPTED if there.answer is None else Answer.from_json(there.answer)
    if there is not None and not services.deliveries.reopen(kept, now):
        return answers.IN_HAND
    result = _done(delivery, event, services, again=there is not None)
    _remember(delivery, services, result, event.credentials)
    return result.answer


def _done(delivery: Delivery, event: WantedEvent, services: WebhookServices, *, again: bool) -> _Result:
    left_ms = BUDGET_MS - max(0, services.clock.time_ms() - event.request.received_ms)
    if left_ms <= 0:
        return _Result(answers.TIMED_OUT, OUT_OF_TIME)
    command: Command | None = None
    try:
        engine = services.engine.within(left_ms / 1000, together=True)
        uploads = Uploads(engine.create_document, {})
        payload = with_documents(event.payload, uploads)
        rules = event.route.rules.general
        command = command_for(event.element, payload, delivery.id, rules, creating(uploads))
        correlation = command.send_and_wait(engine, left_ms, again=again)
    except Unmappable as error:
        return _Result(error.answer, str(error))
    except EngineError as error:
        reason = mask(str(error), event.credentials)
        _LOG.warning("the webhook %s could not be answered with a result: %s", event.route.path, reason)
        late = services.clock.time_ms() - event.request.received_ms >= BUDGET_MS
        return _Result(answers.TIMED_OUT if late else _refused(error, command), reason)
    if correlation is None:
        return _Result(answers.STARTED_BEFORE, "an earlier try has started an instance")
    return _Result(event.response(payload, correlation, event.acknowledgement or answers.OK))


def _refused(error: EngineError, command: Command | None) -> Answer:
    """`command`: the one that failed; None if it was a document before it."""
    if command is not None and isinstance(error, EngineNotFound) and error.problem:
        return answers.of_json(404, {"reason": command.not_found})
    if isinstance(error, EngineRejected) and is_permanent(error):
        return answers.of_json(422, {"reason": "The engine refuses this event"})
    return answers.TIMED_OUT if isinstance(error, EngineBusy) and error.timed_out else answers.AWAY


def _remember(delivery: Delivery, services: WebhookServices, result: _Result, credentials: tuple[str, ...]) -> None:
    """Keep the answer for the sender's repeats, or let them try again. No failure here is the sender's."""
    state = State.PUBLISHED if result.error is None else State.REFUSED
    answer, error = answer_without(result.answer, credentials).to_json(), mask(result.error or "", credentials)
    try:
        services.deliveries.finish(delivery, state, services.clock.time_ms(), answer=answer, error=error or None)
    except Exception:
        _LOG.exception(
            "an answer could not be kept; a repeat of %s is taken for a new event once it expires", delivery.id
        )
