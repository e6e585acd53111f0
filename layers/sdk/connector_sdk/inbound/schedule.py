"""The schedule of a stack: each minute a run, of which the event says when it was due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

MINUTE_MS = 60_000


def begin_of(event: Mapping[str, Any], now_ms: int) -> int:
    """When the schedule was due (`time` of a scheduled event, RFC 3339).

    Now, for an event of somebody else: without such a time, or with one that is to come or a minute or more ago.
    """
    try:
        due = int(datetime.fromisoformat(str(event.get("time"))).timestamp() * 1000)
    except ValueError:
        return now_ms
    return due if 0 <= now_ms - due < MINUTE_MS else now_ms
