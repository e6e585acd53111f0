"""What the job types of a poller share: slots that a type may borrow, and memory for the variables of running jobs."""

from __future__ import annotations

import threading

BYTES_IN_FLIGHT = 64 * 1024 * 1024
"""Of the variables of all jobs that run at once, as JSON. Parsed they take about four times as much."""


class Room:
    """Shared by the `Slots` of one poller; whatever is in here is read and changed while `changed` is held.

    Beyond its own floor a type borrows slots as long as there are any. Each type may have its part of the bytes,
    whatever the others do; beyond that it asks for jobs only while all of them together are below the limit. The last
    answer may go beyond it, by what an engine puts into one answer (4 MB).
    """

    def __init__(self, slots: int = 0, types: int = 1, bytes_in_flight: int = BYTES_IN_FLIGHT) -> None:
        """`slots` are those that nobody owns, `types` is how many job types share."""
        self.changed = threading.Condition()
        self.slots = slots
        self._limit = bytes_in_flight
        self._part = bytes_in_flight // max(types, 1)
        self._used = 0

    @property
    def is_full(self) -> bool:
        """Whether types that have their part of the bytes have to wait."""
        return self._used >= self._limit

    def has_bytes(self, own: int) -> bool:
        """Whether a type that has `own` bytes in flight may ask for more jobs."""
        return own < self._part or not self.is_full

    def use(self, size: int) -> None:
        """More bytes are in flight, or less (negative)."""
        self._used += size
