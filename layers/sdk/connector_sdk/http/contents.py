"""Memory for the contents of answers: hundreds of jobs may wait side by side, and all get large answers at once.

A content of JSON takes about nine times its bytes while a job works with it.
"""

from __future__ import annotations

import threading

from connector_sdk.allowance import Allowance

CONTENT_BYTES_AT_ONCE = 16 * 1024 * 1024
"""Of all jobs of a connector together. A content of more than that is read alone."""
SMALL_BYTES = 64 * 1024
"""A content up to it is not counted: nobody with a small answer waits for those with large ones."""
UNTOLD_BYTES = 1024 * 1024
"""What a large content counts at least when nobody has said how long it is, and again each time that it turns out
longer."""
COMPRESSED_FACTOR = 8
"""A compressed content counts so many times its length."""


class Contents:
    """Memory that the jobs of a connector share."""

    def __init__(self, limit: int = CONTENT_BYTES_AT_ONCE) -> None:
        self.room = Allowance(limit)
        self.growth = Allowance(1)
        """One job at a time has it: it reads more than it had room for, and never waits until its end."""


class Held:
    """What one job holds until its end. It waits for room for its first large content, and for its turn to have more
    than there is room for."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._lock = threading.Lock()
        self._size = 0
        self._grows = self._is_over = False

    def hold(self, size: int) -> None:
        """Have room for so many bytes more."""
        with self._lock:
            if self._is_over:
                return
            if not self._size:
                self._contents.room.take(size)
            elif not self._contents.room.take_if_there(size):
                self._grow()
                self._contents.room.exceed(size)
            self._size += size

    def let_go(self) -> None:
        """The job is done with all of them."""
        with self._lock:
            self._is_over = True
            if self._size:
                self._contents.room.give_back(self._size)
            if self._grows:
                self._contents.growth.give_back(1)
            self._size, self._grows = 0, False

    def _grow(self) -> None:
        if not self._grows:
            self._contents.growth.take(1)
            self._grows = True
