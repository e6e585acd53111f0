"""How long to wait before asking a busy or absent engine again."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0

Random = Callable[[], float]
"""A number from 0 up to 1."""


class Backoff:
    """Exponential with jitter: half of each wait is certain, half is chance, so that many pollers spread out."""

    def __init__(self, random_: Random = random.random) -> None:
        self._random = random_
        self._failures = 0

    def next_seconds(self) -> float:
        """The wait after one more failure."""
        whole = min(FIRST_SECONDS * 2.0 ** min(self._failures, 30), LONGEST_SECONDS)
        self._failures += 1
        return whole * (0.5 + 0.5 * self._random())

    def reset(self) -> None:
        """Start again from the shortest wait."""
        self._failures = 0
