"""How many calls run side by side: few while they compute, all while they wait."""

from __future__ import annotations

from collections.abc import Callable

AT_REST = 4
"""Calls that begin at once when nobody waits."""
COMPUTING = 4
"""Calls that may compute side by side while the processor is busy."""
BUSY = 0.9
"""From so much of a tick on, in processor time, a process counts as busy: the interpreter runs one thread at a time."""
SPARE = 0.7
"""Below this, more calls may run: they would find the processor free."""
LOOK_TICKS = 16
"""So often a busy pace looks who computes."""


class Pace:
    """Counts running calls by age, in ticks. Threads that compute only take the interpreter from each other (256 of
    them need three times the processor time of one), and threads that wait cost nothing.

    While the processor has time: a call that has run for a whole tick counts as one that waits, and holds back nobody.
    Of the younger ones `limit` may run; when as many as that have run during a tick and there was time to spare, it
    doubles.

    While it is busy, an old call may compute as well, and what it computes with takes memory. The limit halves with
    each tick, and a call needs a place besides: that of one that has ended. Each look makes as many places as calls are
    missing that compute, or takes places away. Who begins without asking for room owes a place.

    Ticks come while calls wait for room, and one at a time may be in here.
    """

    def __init__(self) -> None:
        self._limit = AT_REST
        self._ticks = self._busy_ticks = 0
        self._young = self._younger = self._ended = 0
        self._places = 0

    @property
    def room(self) -> int:
        """How many calls may begin now."""
        room = self._limit - self._young - self._younger
        return max(0, min(room, self._places) if self._busy_ticks else room)

    def begin(self) -> int:
        """A call begins; returns what `end` wants to know of it."""
        self._younger += 1
        self._places -= 1
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

    def tick(self, load: float, look: Callable[[], int]) -> None:
        """Some time has passed, of which the process computed for the part `load`; `look` says how many calls have
        computed since it was asked last."""
        busy = load >= BUSY
        if busy:
            self._limit = max(1, self._limit // 2)
        elif load < SPARE and self._young + self._ended >= self._limit:
            self._limit *= 2
        if busy and self._busy_ticks % LOOK_TICKS == 0:
            computing = look()
            self._places = COMPUTING - computing if self._busy_ticks else 0  # the first look only begins to count
        self._busy_ticks = self._busy_ticks + 1 if busy else 0
        self._young, self._younger, self._ended = self._younger, 0, 0
        self._ticks += 1

    def rest(self) -> None:
        """For a tick or longer the processor had time and nobody asked for room: all that run are calls that wait."""
        self._limit = AT_REST
        self._busy_ticks = self._young = self._younger = self._ended = 0
        self._ticks += 2
