"""Memory for the contents of answers: hundreds of jobs may wait side by side, and all get large answers at once.

A content of JSON takes about nine times its bytes while a job works with it.
"""

from __future__ import annotations

from connector_sdk.allowance import Allowance

CONTENT_BYTES_AT_ONCE = 16 * 1024 * 1024
"""Of all jobs of a connector together. A content of more than that is read alone."""
SMALL_BYTES = 64 * 1024
"""A content up to it is not counted: nobody with a small answer waits for those with large ones."""
UNTOLD_BYTES = 1024 * 1024
"""What a large content counts when nobody has said how long it is, and again each time that it turns out longer."""


class Contents:
    """What one job holds until its end.

    It waits for its first large content only: jobs that hold some and wait for more would wait for each other.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._held = 0

    def hold(self, size: int) -> None:
        """Have room for so many bytes more."""
        if self._held:
            self._allowance.exceed(size)
        else:
            self._allowance.take(size)
        self._held += size

    def let_go(self) -> None:
        """The job is done with all of them."""
        if self._held:
            self._allowance.give_back(self._held)
            self._held = 0
