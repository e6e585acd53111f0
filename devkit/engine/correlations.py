"""Which messages went where: a note of each correlation, for the search; the newest only, and only in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 10_000
"""How many correlations the search still finds; none from before the engine was started."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """A message that an element got, or (`element_key` 0) that started a process instance."""

    message_key: int
    message_name: str
    correlation_key: str
    subscription_key: int
    event_id: str
    element_key: int
    process_instance_key: int
    definition_key: int
    time_ms: int


def none_yet() -> deque[Correlation]:
    """Where correlations are kept."""
    return deque(maxlen=KEPT)
