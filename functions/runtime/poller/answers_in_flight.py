"""Memory for the answers of functions, from before they are read until the engine has heard what is in them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from functions.runtime.poller.leases import Lease

ANSWER_BYTES_IN_FLIGHT = 32 * 1024 * 1024
"""Of all answers at once, as JSON. Lambda's largest is 6 MB; 512 of a million bytes would be more than a poller has."""


class Answers:
    """Shared by all job types of a poller. An answer waits until there is room for it; one alone always has room."""

    def __init__(self, limit: int = ANSWER_BYTES_IN_FLIGHT) -> None:
        self._limit = limit
        self._used = 0
        self._changed = threading.Condition()
        self.waiting: deque[Sequence[Lease]] = deque()
        """Whose answers wait for room: first come, first served, or large ones would wait for ever."""

    def keep(self, leases: Sequence[Lease], size: int) -> None:
        """Wait for room for the one answer to these jobs, and keep it until each of them is forgotten."""
        share = -(-size // len(leases))
        room = share * len(leases)
        with self._changed:
            self.waiting.append(leases)
            self._changed.wait_for(
                lambda: self.waiting[0] is leases and (self._used == 0 or self._used + room <= self._limit)
            )
            self.waiting.popleft()
            self._used += room
            self._tell()
        for lease in leases:
            lease.answer = share

    def forget(self, lease: Lease) -> None:
        """The engine has heard of the job, or the answer was of no use."""
        if lease.answer:
            with self._changed:
                self._used -= lease.answer
                self._tell()
            lease.answer = 0

    def _tell(self) -> None:
        if self.waiting:
            self._changed.notify_all()
