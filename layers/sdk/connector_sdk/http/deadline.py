"""How long one exchange may take in all: a server that sends a byte now and then must not hold a job for ever.

Time-outs count for each wait on the socket, as in Camunda's runtime; the deadline counts from the first dial to the
last byte, over redirects and a repeat as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector_sdk.clock import Clock
from connector_sdk.http.faults import TimedOut

LONGEST_SECONDS = 55.0
"""An exchange may last this long, or its two time-outs together if they are more; a connector's function has 60 s."""
LONGEST_UNBOUNDED_SECONDS = 900.0
"""The same for a task without a time-out (0); no function lives longer."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time at which waiting is over."""

    clock: Clock
    at: float
    """Seconds of the clock's monotonic time."""

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        return cls(clock, clock.monotonic() + seconds)

    def bound(self, seconds: float) -> float:
        """A time-out that ends with the deadline; 0 is none. Raises TimedOut when it is over."""
        left = self.at - self.clock.monotonic()
        if left <= 0:
            raise TimedOut("it takes too long in all")
        return min(seconds, left) if seconds else left


def longest(connect_seconds: float, read_seconds: float) -> float:
    """Seconds that an exchange with these time-outs may take; 0 is none."""
    if not connect_seconds or not read_seconds:
        return LONGEST_UNBOUNDED_SECONDS
    return max(LONGEST_SECONDS, connect_seconds + read_seconds)
