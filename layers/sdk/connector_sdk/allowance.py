"""Bytes that may be in memory at once: whoever wants some waits until others have given theirs back."""

from __future__ import annotations

import threading
from collections import deque


class Allowance:
    """First come, first served, or those who want much would wait for ever; one alone always has room."""

    def __init__(self, limit: int) -> None:
        """`limit` is in bytes."""
        self._limit = limit
        self._used = 0
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    def take(self, size: int) -> None:
        """Wait for room for so many bytes, and have it from then on."""
        turn = object()
        with self._changed:
            self._queue.append(turn)
            self._changed.wait_for(lambda: self._queue[0] is turn and self._has_room(size))
            self._queue.popleft()
            self._use(size)

    def exceed(self, size: int) -> None:
        """Have so many bytes more without waiting: for somebody who has some, and whom others wait for."""
        with self._changed:
            self._use(size)

    def give_back(self, size: int) -> None:
        """They are free."""
        with self._changed:
            self._use(-size)

    @property
    def waiting(self) -> int:
        """How many wait for room."""
        return len(self._queue)

    def _has_room(self, size: int) -> bool:
        return self._used == 0 or self._used + size <= self._limit

    def _use(self, size: int) -> None:
        self._used += size
        if self._queue:
            self._changed.notify_all()
