"""Threads that are made when they are first needed and then kept: most of them only ever wait for an answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Call = Callable[[], None]


class Threads:
    """Runs each call at once, in an idle thread if there is one, else in a new one. A call must not raise.

    They are daemons: a function that hangs cannot keep a stopped process alive.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._ended = False

    def start(self, call: Call) -> None:
        """Run a call without waiting for it."""
        if self._idle.acquire(blocking=False):
            self._calls.put(call)
        else:
            threading.Thread(target=self._serve, args=(call,), name=self._name, daemon=True).start()

    def end(self) -> None:
        """Let the idle threads go, and those that are busy after their call."""
        self._ended = True
        while self._idle.acquire(blocking=False):
            self._calls.put(None)

    def _serve(self, call: Call | None) -> None:
        while call is not None:
            call()
            self._idle.release()
            if self._ended and self._idle.acquire(blocking=False):
                return
            call = self._calls.get()
