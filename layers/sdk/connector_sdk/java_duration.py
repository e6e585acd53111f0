"""Durations as Java's `Duration.parse` reads them (ISO 8601): `messageTtl`, `retryBackoff`, `jobTimeout`."""

from __future__ import annotations

import re

_DURATION = re.compile(
    r"([+-]?)P(?:([+-]?\d+)D)?(T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)(?:[.,](\d{0,9}))?S)?)?",
    re.ASCII | re.IGNORECASE,
)
LONGEST_MS = 2**63 - 1
_SECONDS = (86_400, 3_600, 60, 1)


def milliseconds(text: str) -> int:
    """`PT1H` → 3,600,000. Parts of a millisecond are cut off, as `toMillis` does.

    Raises ValueError for anything else, weeks, months and years included: Java's Duration has no fixed length for them.
    """
    found = _DURATION.fullmatch(text)
    if found is None or found[3] in ("T", "t") or not any((found[2], found[4], found[5], found[6])):
        raise ValueError(f"{text!r} is no duration such as PT1H or P2DT30M")
    parts = (found[2], found[4], found[5], found[6])
    seconds = sum(int(part) * factor for part, factor in zip(parts, _SECONDS, strict=True) if part)
    nanoseconds = int((found[7] or "").ljust(9, "0")) * (-1 if (found[6] or "").startswith("-") else 1)
    total = seconds * 1_000_000_000 + nanoseconds
    length_ms = abs(total) // 1_000_000
    if length_ms > LONGEST_MS:
        raise ValueError(f"{text!r} is longer than milliseconds can say in 64 bits")
    return -length_ms if (total < 0) != (found[1] == "-") else length_ms
