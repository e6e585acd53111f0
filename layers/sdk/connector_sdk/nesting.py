"""How deep JSON may be nested: as deep as Jackson, on the other side, reads and writes it."""

from __future__ import annotations

import sys
from typing import Any

MAX_LEVELS = 1_000
"""Lists and objects in each other. Jackson's `StreamReadConstraints` and `StreamWriteConstraints` have the same."""
RECURSION_LIMIT = 8_000
"""Frames that Python may stack, so that whatever walks through MAX_LEVELS of them level by level comes to the end."""

_NESTED = (list, dict)


def allow_deep_values() -> None:
    """Let this process walk through values of MAX_LEVELS; Python's own limit is at a third of them."""
    if sys.getrecursionlimit() < RECURSION_LIMIT:
        sys.setrecursionlimit(RECURSION_LIMIT)


def may_be_too_deep(text: str) -> bool:
    """Whether a JSON text has enough opening brackets for it; cheap, and false for almost every text."""
    return text.count("[") + text.count("{") > MAX_LEVELS


def is_too_deep(value: Any) -> bool:
    """Whether JSON-like data has more than MAX_LEVELS."""
    level = [value] if isinstance(value, _NESTED) else []
    for _ in range(MAX_LEVELS):
        level = [
            item
            for one in level
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, _NESTED)
        ]
        if not level:
            return False
    return True
