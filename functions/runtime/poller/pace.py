"""How many calls run side by side: few while they compute, all while they wait."""

from __future__ import annotations

AT_REST = 4
"""Calls that begin at once when nobody waits, and how many may compute side by side."""
LOOK_TICKS = 16
"""While the processor is busy: so often it is looked who computes."""


class Pace:
    """Counts running calls by age, in ticks. Threads that compute only take the interpreter from each other (256 of
    them need three times the processor time of one), and threads that wait cost nothing.

    While the processor has time: a call that has run for a whole tick counts as one that waits, and holds back nobody.
    Of the younger ones `limit` may run. When as many as that came to wait during a tick, the limit doubles; when more
    ended than came to wait, it halves.

    While it is busy, a call that has run for long may compute, and what it computes with takes memory: the limit halves
    with each tick, and besides a call begins only in the place of one that has ended, or when a look has shown that
    fewer than AT_REST compute. One thread at a time may be in here.
    """

    def __init__(self) -> None:
        self._limit = AT_REST
        self._ticks = self._busy_ticks = 0
        self._young = self._younger = self._ended = 0
        self._places = 0

    @property
    def room(self) -> int:
        """How many calls may begin now."""
        room = max(0, self._limit - self._young - self._younger)
        return min(room, self._places) if self._busy_ticks else room

    @property
    def looks(self) -> bool:
        """Whether the next busy tick wants to know who computes."""
        return self._busy_ticks % LOOK_TICKS == LOOK_TICKS - 1

    def begin(self) -> int:
        """A call begins; returns what `end` wants to know of it."""
        self._younger += 1
        self._places = max(0, self._places - 1)
        return self._ticks

    def end(self, begun: int) -> None:
        """That call is over."""
        self._places += 1
        if begun == self._ticks:
            self._younger -= 1
        elif begun == self._ticks - 1:
            self._young -= 1
        else:
            return
        self._ended += 1

    def tick(self, *, busy: bool, computing: int = AT_REST) -> None:
        """Some time has passed, in which calls were kept waiting; `busy` says whether the processor was.

        `computing` is what a look has found; without one nobody begins for it.
        """
        if busy or self._ended > self._young:
            self._limit = max(1, self._limit // 2)
        elif self._young >= self._limit:
            self._limit *= 2
        self._places = max(self._places, AT_REST - computing) if busy else 0
        self._busy_ticks = self._busy_ticks + 1 if busy else 0
        self._young, self._younger, self._ended = self._younger, 0, 0
        self._ticks += 1

    def rest(self) -> None:
        """Nobody waits any more."""
        self._limit = AT_REST
        self._busy_ticks = self._places = 0
