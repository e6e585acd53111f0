"""Memory for work on contents of answers: hundreds of jobs may wait side by side, and all get large answers at once.

A content of JSON takes about nine times its bytes while a job works with it. It is read before there is room for that,
so that a service which sends slowly keeps nobody but its own job waiting.
"""

from __future__ import annotations

import threading

from connector_sdk.allowance import Allowance

CONTENT_BYTES_AT_ONCE = 16 * 1024 * 1024
"""Of all jobs of a connector together. Nobody else works on a content while there is one of more than that."""
SMALL_BYTES = 64 * 1024
"""A content up to it is not counted: nobody with a small answer waits for those with large ones."""


class Contents(Allowance):
    """What the jobs of a connector share."""

    def __init__(self, limit: int = CONTENT_BYTES_AT_ONCE) -> None:
        super().__init__(limit)


class Held:
    """What one job holds until its end.

    It waits for its first large content only: jobs that hold some and wait for more would wait for each other.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._lock = threading.Lock()
        self._size = 0
        self._is_over = False

    def hold(self, size: int) -> None:
        """Have room for so many bytes more."""
        with self._lock:
            if self._is_over:
                return
            if self._size:
                self._contents.exceed(size)
            else:
                self._contents.take(size)
            self._size += size

    def let_go(self) -> None:
        """The job is done with all of them."""
        with self._lock:
            self._is_over = True
            if self._size:
                self._contents.give_back(self._size)
            self._size = 0
