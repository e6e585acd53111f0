"""The deliveries table: every webhook event that somebody wants, from the moment it is accepted. It is the queue, too.

A delivery is `pending` until it has reached the engine. While somebody works on it, it is leased: nobody else may take
it before `due_ms`, and whoever lost the lease can no longer write its end. A lease that runs out is just due again, so
a function that dies between recording and publishing loses nothing. A lease without `due_ms`, of a delivery whose
sender waits for a result, ends when the delivery expires: nobody redelivers it.

    pending ──► published      the engine has it; `answer` is what the sender got, and what a repeat gets
       │  ▲
       │  └──── replay, or the sender's own repeat
       ├──────► refused        the model cannot use it, or its sender waited in vain and knows it: nothing is owed
       └──────► dead           the engine will never take it, or it is too old: a person has to look
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

KEEP_FINISHED_MS = 7 * 24 * 3600 * 1000
"""Published and refused deliveries are kept this long: longer than any vendor repeats (Standard Webhooks: 4 days)."""

BODY_EXPIRED = "its body has expired in the bucket"
"""Why a delivery without element and payload can no longer be published."""


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    PUBLISHED = "published"
    REFUSED = "refused"
    DEAD = "dead"


EXPIRING = frozenset({State.PUBLISHED, State.REFUSED})
"""States whose deliveries expire; what is unfinished, or waits for a person, never does."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event. `payload` (what expressions see) and `element` (who wants it) never change once recorded."""

    id: str
    path: str
    received_ms: int
    element: Mapping[str, Any]
    payload: Mapping[str, Any]
    state: State = State.PENDING
    due_ms: int | None = None
    """When it may be taken: the end of a lease, or the next try. None: nothing is to be done."""
    lease: str | None = None
    attempts: int = 0
    answer: Mapping[str, Any] | None = None
    error: str | None = None
    expires_ms: int | None = None
    documents: Mapping[str, Any] = field(default_factory=dict)
    """References of the documents that its tries have created, each under the name that a try finds it by."""


class Deliveries(Protocol):
    """The table. Every method is atomic; several processes and threads may use one store."""

    def put(self, delivery: Delivery) -> Delivery | None:
        """Record a new delivery. Returns None, or the one that is there already under this id, and changes nothing."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, None if there is none (any more)."""
        ...

    def reopen(self, delivery: Delivery, now_ms: int) -> bool:
        """Take a delivery that is there already for the sender's own repeat: its payload, element, lease and times.

        False if it is published, or if somebody else works on it now.
        """
        ...

    def lease_due(self, now_ms: int, until_ms: int, lease: str, limit: int) -> Sequence[Delivery]:
        """Lease up to `limit` deliveries that are due, oldest first."""
        ...

    def oldest_due(self, now_ms: int) -> int | None:
        """When the oldest of what is due came in, in milliseconds since the epoch. None: nothing is due."""
        ...

    def finish(
        self,
        delivery: Delivery,
        state: State,
        now_ms: int,
        *,
        answer: Mapping[str, Any] | None,
        error: str | None = None,
    ) -> bool:
        """Write how it ended. False, and nothing written, if the lease is somebody else's by now."""
        ...

    def postpone(
        self, delivery: Delivery, due_ms: int, *, error: str, documents: Mapping[str, Any] | None = None
    ) -> bool:
        """Give the lease back and count the attempt. `documents` (None: those it had) stay for all tries to come.

        False if the lease is somebody else's by now.
        """
        ...

    def replay(self, delivery_id: str, now_ms: int) -> bool:
        """Set it due at once, whatever became of it. False if there is no such delivery or somebody works on it."""
        ...

    def newest(self, *, state: State | None = None, limit: int = 100) -> Sequence[Delivery]:
        """The newest deliveries first."""
        ...

    def expire(self, now_ms: int) -> int:
        """Delete what has been finished long enough. Returns how many."""
        ...
