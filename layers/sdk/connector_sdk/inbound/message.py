"""A broker's message as every subscription sees it, and the batches in which Lambda hands messages over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

from connector_sdk.errors import SdkError
from connector_sdk.inbound.limits import MAX_JSON_DEPTH, is_deeper

if TYPE_CHECKING:  # few messages have parts
    from connector_sdk.inbound.multipart import Part


class UnreadableMessage(SdkError):
    """A record is not what its model says it is, however often it comes."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a kind makes of one record."""

    payload: Mapping[str, Any]
    """What expressions see."""
    id: str | None
    """The broker's own name for it, the same whenever it is handed over again; None: a repeat cannot be told."""
    parts: Sequence[Part] = ()
    """What becomes documents, the `attachments` of the payload, once an element wants the message."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record of an event source mapping's event."""

    source: str
    """Where it comes from, spelled as the subscriptions of its kind spell it."""
    record: Mapping[str, Any]
    identifier: Any
    """What `batchItemFailures` names it by."""
    order: str | None = None
    """Records with one value stay in order: after one that has to come again, the later ones do too."""


class Settled(IntEnum):
    """What the broker is told of a message; of several readers, what most of all keeps it there."""

    DONE = 0
    """It is on disk, or the model wants it dropped."""
    REFUSED = 1
    """No element can use it, however often it comes."""
    AGAIN = 2
    """It could not be recorded: it has to come again."""


Items = Callable[[Mapping[str, Any]], Iterable[Item]]
"""The items of an event, in its order."""


def json_or_text(text: str) -> Any:
    """A body as JSON if it is any, else as it is."""
    try:
        found = strict_json(text)
    except (ValueError, RecursionError):
        return text
    return text if is_deeper(found, MAX_JSON_DEPTH) else found


def strict_json(content: str | bytes) -> Any:
    """Raises ValueError for what is none, NaN and Infinity among it, and RecursionError."""
    return json.loads(content, parse_constant=_refused)


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
