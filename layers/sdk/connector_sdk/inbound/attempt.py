"""One try to get a recorded delivery to the engine: the same for the request itself and for redelivery."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import EngineBusy, EngineRejected, EngineUnreachable
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.correlation import InboundEngine, Unmappable, command_for
from connector_sdk.inbound.creating import creating
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.multipart import Part
from connector_sdk.inbound.uploads import OUT_OF_TIME, Uploads
from connector_sdk.stores import Delivery
from connector_sdk.stores.deliveries import BODY_EXPIRED

PERMANENT_REJECTIONS = frozenset({400, 404, 409, 422})
"""What the engine itself says of an event, in problem details; everybody else's refusal passes: a login page, a wrong
path, a token endpoint, an ingress."""
TOO_LARGE = 413
"""No event gets smaller, whoever said so."""
PARTS, ATTACHED = "parts", "attached"
"""Where a recorded payload has the parts of a multipart body, and those of a mail; no expression sees them."""
SEEN_AS = {PARTS: "documents", ATTACHED: "attachments"}
"""Where expressions see the documents that become of them."""
FIRST_BACKOFF_MS = 5_000
LONGEST_BACKOFF_MS = 15 * 60 * 1000
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """The engine has it. `correlation` is for response expressions; None if the engine had it before."""

    correlation: Mapping[str, Any] | None
    payload: Mapping[str, Any]
    """What expressions see, with the documents that were created."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The model cannot use the event."""

    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """The engine cannot take it now."""

    reason: str
    unreachable: bool = False
    """It did not answer at all, so that nothing else need be tried now."""
    documents: Mapping[str, Any] = field(default_factory=dict)
    """Those that exist by now: they go with the delivery, and the next try does not create them again."""


@dataclass(frozen=True, slots=True)
class Never:
    """The engine will not take it, however often it is asked."""

    reason: str


Outcome = Taken | Refused | Away | Never


def attempt(delivery: Delivery, engine: InboundEngine | None, rules: Compatibility, *, again: bool) -> Outcome:
    """Map the delivery and send the command. No engine: out of time; it is mapped all the same, to know the answer.

    `again`: somebody may have sent it before, and died or lost the engine's answer.
    Never raises: what fails in a way that nobody foresaw is put off like any other, and stops nothing behind it.
    """
    uploads = Uploads(engine.create_document if engine else None, delivery.documents)
    try:
        outcome = _attempt(delivery, engine, rules, again, uploads) if delivery.element else Never(BODY_EXPIRED)
    except Exception as error:
        _LOG.exception("%s could not be published", delivery.id)
        outcome = Away(f"{type(error).__name__}: {error}")
    return replace(outcome, documents=uploads.documents) if isinstance(outcome, Away) else outcome


def _attempt(
    delivery: Delivery, engine: InboundEngine | None, rules: Compatibility, again: bool, uploads: Uploads
) -> Outcome:
    element = InboundElement.from_json(delivery.element)
    try:
        if engine is None and any(delivery.payload.get(name) for name in SEEN_AS):
            # Whether the model can use the event may depend on documents that nobody has yet.
            return Away(OUT_OF_TIME)
        payload = with_documents(delivery.payload, uploads)
        command = command_for(element, payload, delivery.id, rules, creating(uploads))
        return Taken(command.send(engine, again=again), payload) if engine else Away(OUT_OF_TIME)
    except Unmappable as error:
        return Refused(error.answer, str(error))
    except EngineUnreachable as error:
        return Away(str(error), unreachable=True)
    except EngineBusy as error:
        return Away(str(error))
    except EngineRejected as error:
        return Never(str(error)) if is_permanent(error) else Away(str(error))


def is_permanent(error: EngineRejected) -> bool:
    """Whether the engine will say the same of this event however often it is asked."""
    return error.status == TOO_LARGE or (error.problem and error.status in PERMANENT_REJECTIONS)


def without_parts(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded payload as expressions see it before there are documents."""
    return {name: value for name, value in payload.items() if name not in SEEN_AS}


def with_documents(payload: Mapping[str, Any], uploads: Uploads) -> dict[str, Any]:
    """A recorded payload with a document in the engine's store for each part. Raises EngineError."""
    seen = without_parts(payload)
    for name, seen_as in SEEN_AS.items():
        parts = [Part.from_json(part) for part in payload.get(name, ())]
        if parts:
            seen[seen_as] = [uploads.create(part.content, part.content_type, part.file_name) for part in parts]
    return seen


def backoff_ms(attempts: int) -> int:
    """How long to wait after that many attempts: 5 s, doubled each time, up to 15 minutes."""
    return min(FIRST_BACKOFF_MS << min(attempts, 16), LONGEST_BACKOFF_MS)
