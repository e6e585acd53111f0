"""What happens later: due dates in order, of jobs, back-offs, messages and timers alike."""

from __future__ import annotations

import heapq


class Schedule:
    """Due dates by time, then by key. Entries are never removed early: whoever is called checks that it still holds."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, str]] = []

    def add(self, due_ms: int, key: int, kind: str) -> None:
        heapq.heappush(self._entries, (due_ms, key, kind))

    def take_due(self, now_ms: int) -> tuple[int, int, str] | None:
        """The next entry (due, key, kind) that is due, removed; None if nothing is."""
        if self._entries and self._entries[0][0] <= now_ms:
            return heapq.heappop(self._entries)
        return None
