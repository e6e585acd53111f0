"""Bytes that may be in memory at once: whoever wants some waits until others have given theirs back."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field

_LOG = logging.getLogger(__name__)

STANDSTILL_SECONDS = 30.0
"""When nobody has given anything back for so long, something hangs: whoever is next goes on without room."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    size: int
    admitted: threading.Event = field(default_factory=threading.Event)


class Allowance:
    """First come, first served, or those who want much would wait for ever; one alone always has room."""

    def __init__(self, limit: int, standstill_seconds: float = STANDSTILL_SECONDS) -> None:
        """`limit` is in bytes."""
        self.used = 0
        self._limit = limit
        self._standstill_seconds = standstill_seconds
        self._lock = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._given_back = 0

    def take(self, size: int) -> None:
        """Wait for room for so many bytes, and have it from then on."""
        with self._lock:
            if not self._queue and self._has_room(size):
                self.used += size
                return
            waiting = _Waiting(size)
            self._queue.append(waiting)
            seen = self._given_back
        while not waiting.admitted.wait(self._standstill_seconds):
            with self._lock:
                if waiting.admitted.is_set():
                    return
                if self._queue[0] is waiting and self._given_back == seen:
                    _LOG.warning("nothing of %s bytes came back in a while: %s more are had", self.used, size)
                    self._admit()
                    return
                seen = self._given_back

    def exceed(self, size: int) -> None:
        """Have so many bytes more without waiting: for somebody who has some, and whom others wait for."""
        with self._lock:
            self.used += size

    def give_back(self, size: int) -> None:
        """They are free."""
        with self._lock:
            self.used -= size
            self._given_back += 1
            while self._queue and self._has_room(self._queue[0].size):
                self._admit()

    @property
    def waiting(self) -> int:
        """How many wait for room."""
        return len(self._queue)

    def _has_room(self, size: int) -> bool:
        return self.used == 0 or self.used + size <= self._limit

    def _admit(self) -> None:
        first = self._queue.popleft()
        self.used += first.size
        first.admitted.set()
