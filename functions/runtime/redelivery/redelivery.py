"""What a webhook could not publish is published here: oldest first, with longer and longer waits, until it is too old.

The engine is probed once a round before anything is leased, so that an outage of hours costs one request a minute and
no attempts. A round ends when the engine goes away meanwhile; what is leased then comes back when its lease runs out.
The same code runs on one machine (`start`) and, one `round` an invocation, on Lambda.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import NEWEST, Compatibility
from connector_sdk.errors import EngineError
from connector_sdk.inbound.answers import ACCEPTED
from connector_sdk.inbound.attempt import Away, Never, Outcome, Refused, Taken, attempt, backoff_ms
from connector_sdk.inbound.correlation import InboundEngine
from connector_sdk.repeating import EVERY_SECONDS, Repeating
from connector_sdk.stores import Deliveries, Delivery, State

BATCH = 50
"""Deliveries leased at a time: few enough that all are published long before the lease runs out, unless the engine is
slow; then the last ones wait for the next round."""
LEASE_MS = 5 * 60 * 1000
LEAST_LEASE_MS = 30_000
"""What a delivery's lease has to have left for it to be tried: more than an engine call may take (25 s)."""
MAX_AGE_MS = 3 * 24 * 3600 * 1000
"""A delivery that the engine did not take in three days is dead; a person can still replay it."""


class RedeliveryEngine(InboundEngine, Protocol):
    """An engine that can be probed."""

    def topology(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: how many deliveries ended in each state, how many were put off, how many expired.

    A delivery whose lease somebody else took meanwhile is none of ours, and is not counted.
    """

    states: Counter[State] = field(default_factory=Counter)
    postponed: int = 0
    expired: int = 0
    engine_away: str | None = None
    """Why nothing was tried, or nothing more: the engine did not answer."""
    oldest_ms: int | None = field(default=None, compare=False)
    """When the oldest delivery that was due at the beginning came in, in milliseconds since the epoch."""


class Redelivery:
    """Redelivers from one store to one engine."""

    def __init__(
        self,
        deliveries: Deliveries,
        engine: RedeliveryEngine,
        *,
        compatibility: str = NEWEST,
        clock: Clock | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._engine = engine
        self._rules = Compatibility.of(compatibility)
        self._clock = clock or SystemClock()
        self._rounds = Repeating("redelivery", self.round)

    def round(self) -> Round:
        """Probe the engine, then try everything that is due; delete what has expired."""
        now = self._clock.time_ms()
        expired = self._deliveries.expire(now)
        oldest = self._deliveries.oldest_due(now)
        try:
            self._engine.topology()
        except EngineError as error:
            return Round(expired=expired, engine_away=str(error), oldest_ms=oldest)
        ended: Counter[State] = Counter()
        away = None
        while oldest is not None and away is None and not self._rounds.stopped and (leased := self._lease()):
            away = self._batch(leased, ended)
        return Round(ended, ended.pop(State.PENDING, 0), expired, away, oldest)

    def start(self, every_seconds: float = EVERY_SECONDS) -> None:
        """Run a round now and then one after each pause, in a thread, until `stop`."""
        self._rounds.start(every_seconds)

    def stop(self) -> None:
        """Finish the delivery in hand; what else is leased comes back when its lease runs out."""
        self._rounds.stop()

    def _lease(self) -> list[Delivery]:
        now = self._clock.time_ms()
        return list(self._deliveries.lease_due(now, now + LEASE_MS, secrets.token_hex(8), BATCH))

    def _batch(self, leased: Sequence[Delivery], ended: Counter[State]) -> str | None:
        """Try one after the other and count where they ended. Returns why the engine is away, if it went away."""
        for delivery in leased:
            left_ms = (delivery.due_ms or 0) - self._clock.time_ms()
            if self._rounds.stopped or left_ms < LEAST_LEASE_MS:
                break
            outcome = attempt(delivery, self._engine, self._rules, again=True)
            state = self._written(delivery, outcome)
            ended.update([state] if state else [])
            if isinstance(outcome, Away) and outcome.unreachable:
                return outcome.reason
        return None

    def _written(self, delivery: Delivery, outcome: Outcome) -> State | None:
        """Write an outcome down. Returns the state the delivery is in, None if somebody else has its lease by now."""
        now = self._clock.time_ms()
        match outcome:
            case Taken():
                return self._end(delivery, State.PUBLISHED, now, ACCEPTED.to_json(), None)
            case Refused(answer, reason):
                return self._end(delivery, State.REFUSED, now, answer.to_json(), reason)
            case Never(reason):
                return self._end(delivery, State.DEAD, now, None, reason)
            case Away(reason) if now - delivery.received_ms >= MAX_AGE_MS:
                return self._end(delivery, State.DEAD, now, None, f"too old to be tried again: {reason}")
            case Away(reason, documents=made):
                due_ms = now + backoff_ms(delivery.attempts)
                postponed = self._deliveries.postpone(delivery, due_ms, error=reason, documents=made)
                return State.PENDING if postponed else None

    def _end(
        self, delivery: Delivery, state: State, now: int, answer: dict[str, Any] | None, error: str | None
    ) -> State | None:
        return state if self._deliveries.finish(delivery, state, now, answer=answer, error=error) else None
