"""The only source of time. Everything that needs it takes a `Clock`, so tests decide what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event
from typing import Protocol

LOOK_SECONDS = 0.005
"""How often somebody who waits on a controlled clock looks at it."""


class Clock(Protocol):
    """What the kit needs to know about time."""

    def time_ms(self) -> int:
        """Milliseconds since the epoch; the unit of the engine's deadlines."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for time-outs."""
        ...

    def wait(self, event: Event, seconds: float) -> bool:
        """Wait for an event, but no longer than so many seconds; returns whether it is set."""
        ...


class SystemClock:
    """The machine's own time."""

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, event: Event, seconds: float) -> bool:
        return event.wait(seconds)


class ControlledClock:
    """A clock that stands still until it is moved, forwards only: the engine's controlled clock, and every test's."""

    def __init__(self, time_ms: int = 0) -> None:
        self._time_ms = time_ms
        self._start_ms = time_ms

    def time_ms(self) -> int:
        return self._time_ms

    def monotonic(self) -> float:
        return (self._time_ms - self._start_ms) / 1000

    def wait(self, event: Event, seconds: float) -> bool:
        until = self.monotonic() + seconds
        while self.monotonic() < until and not event.wait(LOOK_SECONDS):
            pass
        return event.is_set()

    def advance(self, milliseconds: int) -> None:
        """Move forwards. Raises ValueError for a negative step."""
        if milliseconds < 0:
            raise ValueError(f"a clock never goes back (asked for {milliseconds} ms)")
        self._time_ms += milliseconds


def utc(clock: Clock) -> datetime:
    """The clock's time as an aware datetime in UTC."""
    return datetime.fromtimestamp(clock.time_ms() / 1000, tz=UTC)
