"""Threads that are made when they are first needed and then kept; `Pace` says how many of them run side by side."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from time import process_time

from functions.runtime.poller.pace import Pace

Call = Callable[[], None]
Inbox = SimpleQueue[tuple[Call, int] | None]
"""Of an idle thread: its next call and when that began, or None to go."""

TICK_SECONDS = 0.005
"""Longer than a job computes, shorter than anybody notices."""
BUSY = 0.9
"""From so much of a tick on, in processor time, a process counts as busy: the interpreter runs one thread at a time.

What a tick takes beyond its length is not asked: the thread that keeps the pace waited for its turn in it, as others
did. On Lambda, where 512 MB come with 0.29 of a processor, no process would ever seem busy by the clock.
"""


class Threads:
    """Runs calls, in the idle thread that was used last, or in a new one; a call must not raise.

    Each begins at once, or within some ticks if many came together. They are daemons: a function that hangs cannot
    keep a stopped process alive.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._pace = Pace()
        self._calls: deque[Call] = deque()
        self._idle: list[Inbox] = []
        self._waiting = threading.Event()
        self._ended = threading.Event()
        self._pacer: threading.Thread | None = None

    def start(self, call: Call) -> None:
        """Run a call without waiting for it. RuntimeError or MemoryError: there is no thread for it."""
        with self._lock:
            if self._pace.room:
                self._run(call)
                return
            if self._pacer is None:
                pacer = threading.Thread(target=self._keep_pace, name=f"{self._name} pace", daemon=True)
                pacer.start()
                self._pacer = pacer
            self._calls.append(call)
            self._waiting.set()

    def end(self) -> None:
        """Let the idle threads go, and those that are busy after their call; what has not begun never does."""
        with self._lock:
            self._ended.set()
            self._calls.clear()
            self._waiting.set()
            while self._idle:
                self._idle.pop().put(None)

    def _run(self, call: Call) -> None:
        begun = self._pace.begin()
        if self._idle:
            self._idle.pop().put((call, begun))
            return
        try:
            threading.Thread(target=self._serve, args=(call, begun), name=self._name, daemon=True).start()
        except BaseException:
            self._pace.end(begun)
            raise

    def _serve(self, call: Call, begun: int) -> None:
        inbox: Inbox = SimpleQueue()
        following: tuple[Call, int] | None = (call, begun)
        while following is not None:
            call, begun = following
            call()
            with self._lock:
                self._pace.end(begun)
                if self._ended.is_set():
                    return
                following = (self._calls.popleft(), self._pace.begin()) if self._calls and self._pace.room else None
                if following is None:
                    self._idle.append(inbox)
            following = following or inbox.get()

    def _keep_pace(self) -> None:
        while self._waiting.wait() and not self._ended.is_set():
            used = process_time()
            self._ended.wait(TICK_SECONDS)
            busy = process_time() - used >= BUSY * TICK_SECONDS
            with self._lock:
                self._tick(busy=busy)

    def _tick(self, *, busy: bool) -> None:
        self._pace.tick(busy=busy)
        with suppress(RuntimeError, MemoryError):  # no thread for it: those that run take it when they are done
            while self._calls and self._pace.room:
                self._run(self._calls[0])
                self._calls.popleft()
        if not self._calls and not self._ended.is_set():  # at the end nobody wakes the pacer once more
            self._pace.rest()
            self._waiting.clear()
