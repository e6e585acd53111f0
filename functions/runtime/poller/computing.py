"""Which threads compute: those that used the processor since the last look."""

from __future__ import annotations

import threading
import time

COMPUTES_SECONDS = 0.001
"""Of processor time between two looks. Python lets a thread compute for 5 ms before it is another one's turn."""
CAN_TELL = hasattr(time, "pthread_getcpuclockid")
"""macOS has no clock for the processor time of another thread."""


class Computing:
    """One thread at a time may be in here: a thread's clock is gone with the thread."""

    def __init__(self) -> None:
        self._used: dict[int, float] = {}

    def enter(self) -> int:
        """The calling thread is looked at from now on; returns its clock, for `leave`."""
        clock = time.pthread_getcpuclockid(threading.get_ident()) if CAN_TELL else 0
        self._used[clock] = 0.0
        return clock

    def leave(self, clock: int) -> None:
        """The calling thread is about to end."""
        self._used.pop(clock, None)

    def look(self, unknown: int) -> int:
        """How many have computed since the last look; `unknown` where nobody can tell."""
        if not CAN_TELL:
            return unknown
        now = {clock: time.clock_gettime(clock) for clock in self._used}
        count = sum(used - self._used[clock] >= COMPUTES_SECONDS for clock, used in now.items())
        self._used = now
        return count
