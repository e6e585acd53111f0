"""How many calls run side by side: few while they compute, all while they wait."""

from __future__ import annotations

AT_REST = 8
"""Calls that begin at once when nobody waits."""


class Pace:
    """Counts running calls by age, in ticks. Threads that compute only take the interpreter from each other (256 of
    them need three times the processor time of one), and threads that wait cost nothing.

    A call that has run for a whole tick counts as one that waits: it holds back nobody. Of the younger ones `limit` may
    run. When as many as that came to wait during a tick, and the processor had time for more, the limit doubles; when
    more ended than came to wait, or the processor was busy, it halves. One thread at a time may be in here.
    """

    def __init__(self) -> None:
        self._limit = AT_REST
        self._ticks = self._young = self._younger = self._ended = 0

    @property
    def room(self) -> int:
        """How many calls may begin now."""
        return max(0, self._limit - self._young - self._younger)

    def begin(self) -> int:
        """A call begins; returns what `end` wants to know of it."""
        self._younger += 1
        return self._ticks

    def end(self, begun: int) -> None:
        """That call is over."""
        if begun == self._ticks:
            self._younger -= 1
        elif begun == self._ticks - 1:
            self._young -= 1
        else:
            return
        self._ended += 1

    def tick(self, *, busy: bool) -> None:
        """Some time has passed, in which calls were kept waiting; `busy` says whether the processor was."""
        if busy or self._ended > self._young:
            self._limit = max(1, self._limit // 2)
        elif self._young >= self._limit:
            self._limit *= 2
        self._young, self._younger, self._ended = self._younger, 0, 0
        self._ticks += 1

    def rest(self) -> None:
        """Nobody waits any more."""
        self._limit = AT_REST
