"""Ctrl-C and SIGTERM, waited for, so that commands end in their own time."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOOK_SECONDS = 0.5
"""A signal that comes just before the wait begins does not end it; its handler runs when the wait is looked at."""


class StopSignal:
    """Was the command asked to stop?"""

    def __init__(self) -> None:
        # Not an Event: a handler that sets one while the same thread is about to wait for it stops forever.
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._asked = False

    def wait(self) -> None:
        """Return when the first signal has come."""
        while not self._asked:
            try:
                self._arrived.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue

    def arrive(self, number: int, _frame: FrameType | None) -> None:
        """The handler: the first signal ends the wait, the second one interrupts whatever runs."""
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._arrived.put(number)


@contextmanager
def stop_signals() -> Iterator[StopSignal]:
    """Listen for signals inside the block. Main thread only."""
    stopping = StopSignal()
    before = {number: signal.signal(number, stopping.arrive) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
