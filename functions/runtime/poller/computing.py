"""Which calls compute: those that used the processor since the last look."""

from __future__ import annotations

import threading
import time

COMPUTES_SECONDS = 0.004
"""Of processor time in one call between two looks. Python lets a thread compute for 5 ms before it is another one's
turn; what takes less is over before it matters."""
CAN_TELL = hasattr(time, "pthread_getcpuclockid")
"""macOS has no clock for the processor time of another thread."""


class Computing:
    """Each running call's thread, with the processor time it had used when the call began or at the last look.

    One thread at a time may be in here: a thread's clock is gone with the thread.
    """

    def __init__(self) -> None:
        self._used: dict[int, float] = {}

    def begin(self) -> None:
        """The calling thread begins a call."""
        if CAN_TELL:
            self._used[time.pthread_getcpuclockid(threading.get_ident())] = time.thread_time()

    def end(self) -> None:
        """The calling thread's call is over."""
        if CAN_TELL:
            self._used.pop(time.pthread_getcpuclockid(threading.get_ident()), None)

    def look(self, unknown: int) -> int:
        """How many calls have computed since they began or the last look; `unknown` where nobody can tell."""
        if not CAN_TELL:
            return unknown
        now = {clock: time.clock_gettime(clock) for clock in self._used}
        count = sum(used - self._used[clock] >= COMPUTES_SECONDS for clock, used in now.items())
        self._used = now
        return count
