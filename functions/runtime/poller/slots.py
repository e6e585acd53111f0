"""How many jobs of a type run at once, and when to ask the engine for more."""

from __future__ import annotations

import threading

SLOTS_PER_TYPE = 256
"""On one machine. A waiting thread costs about 0.1 MB; fewer slots let a few slow targets hold up all others."""
GROWTH = 8
"""After a refusal the slots grow again by this part of themselves."""
LINGER_SECONDS = 0.1
"""During a backlog, free slots wait at most this long for company, so that one slow job never starves a type."""


class Slots:
    """The slots of one job type; never shared with another.

    The refill rule: while a slot is free, a request is open, and it asks for all free slots. Only when the last answer
    was full (a backlog) does it wait until half of the slots are free, or for `linger_seconds`: big batches cost the
    engine less than many small ones.
    """

    def __init__(self, capacity: int = SLOTS_PER_TYPE, linger_seconds: float = LINGER_SECONDS) -> None:
        self._capacity = capacity
        self._limit = capacity
        self._used = 0
        self._ran = 0
        self._crowd = 0
        self._linger_seconds = linger_seconds
        self._closed = False
        self._changed = threading.Condition()

    def ask(self, *, backlog: bool) -> int:
        """Wait by the refill rule; returns how many jobs to ask for, 0 once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0 or self._closed)
            if backlog:
                self._changed.wait_for(lambda: self._half_free or self._closed, self._linger_seconds)
            return 0 if self._closed else self._free

    def take(self, count: int) -> None:
        """Fill slots with jobs that the engine handed out."""
        with self._changed:
            self._used += count

    def release(self) -> None:
        """Free one slot."""
        with self._changed:
            self._used -= 1
            self._crowd = max(0, self._crowd - 1)
            if self._free == 1 or self._half_free or self._used == 0:
                self._changed.notify_all()

    def refused(self) -> None:
        """A job found no room to run in: half as many as run now are asked for from now on.

        One crowd counts once: as many jobs as ran then have to be back before the next refusal counts.
        """
        with self._changed:
            if self._crowd == 0:
                self._limit = max(1, self._used // 2)
                self._crowd = self._used
                self._ran = 0

    def ran(self) -> None:
        """A job found room: when as many have as there are slots, there is an eighth more of them, up to all."""
        with self._changed:
            self._ran += 1
            if self._limit < self._capacity and self._ran >= self._limit:
                self._limit = min(self._capacity, self._limit + max(1, self._limit // GROWTH))
                self._ran = 0
                self._changed.notify_all()

    def close(self) -> None:
        """Ask for nothing any more; what runs keeps its slot."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drained(self, timeout_seconds: float) -> int:
        """Wait until every slot is free; returns how many are not after `timeout_seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0, timeout_seconds)
            return self._used

    @property
    def _free(self) -> int:
        return self._limit - self._used

    @property
    def _half_free(self) -> bool:
        return self._free >= (self._limit + 1) // 2
