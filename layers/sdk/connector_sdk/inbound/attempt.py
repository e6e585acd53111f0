"""One try to get a recorded delivery to the engine: the same for the request itself and for redelivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import EngineBusy, EngineRejected, EngineUnreachable
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.correlation import InboundEngine, Unmappable, command_for
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.stores import Delivery

PASSING_REJECTIONS = frozenset({401, 403, 408, 412, 425})
"""Refusals that a person can undo without touching the event: credentials, rights, a state of the engine."""
FIRST_BACKOFF_MS = 5_000
LONGEST_BACKOFF_MS = 15 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """The engine has it. `correlation` is for response expressions; None if the engine had it before."""

    correlation: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The model cannot use the event."""

    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """The engine cannot take it now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The engine will not take it, however often it is asked."""

    reason: str


def attempt(delivery: Delivery, engine: InboundEngine | None, compatibility: str) -> Taken | Refused | Away | Never:
    """Map the delivery and send the command. No engine: out of time; it is mapped all the same, to know the answer."""
    element = InboundElement.from_json(delivery.element)
    try:
        command = command_for(element, delivery.payload, delivery.id, Compatibility.of(compatibility))
        return Taken(command.send(engine)) if engine else Away("out of time before the engine was asked")
    except Unmappable as error:
        return Refused(error.answer, str(error))
    except (EngineUnreachable, EngineBusy) as error:
        return Away(str(error))
    except EngineRejected as error:
        passes = error.status >= 500 or error.status in PASSING_REJECTIONS
        return Away(str(error)) if passes else Never(str(error))


def backoff_ms(attempts: int) -> int:
    """How long to wait after that many attempts: 5 s, doubled each time, up to 15 minutes."""
    return min(FIRST_BACKOFF_MS << min(attempts, 16), LONGEST_BACKOFF_MS)
