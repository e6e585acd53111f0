"""What fails and is tried again is told once, and once more when it goes well."""

from __future__ import annotations

import threading
from collections.abc import Hashable


class Failing:
    """What fails now, of each path and of everybody for whom it is tried. Threads may share it."""

    def __init__(self) -> None:
        self._reasons: dict[str, dict[Hashable, str]] = {}
        self._lock = threading.Lock()

    def failed(self, path: str, who: Hashable, reason: str) -> bool:
        """Note it. Whether it is new: nobody of that path failed for that reason until now."""
        with self._lock:
            reasons = self._reasons.setdefault(path, {})
            new = reason not in reasons.values()
            reasons[who] = reason
            return new

    def well(self, path: str, who: Hashable) -> bool:
        """Note that it went well. Whether that is news: it was the last of its path that had failed."""
        with self._lock:
            reasons = self._reasons.get(path, {})
            return reasons.pop(who, None) is not None and not reasons
