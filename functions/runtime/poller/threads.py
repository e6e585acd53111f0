"""Threads that are made when they are first needed and then kept; `Pace` says how many of them run side by side."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from contextlib import suppress
from queue import SimpleQueue
from time import process_time
from typing import NamedTuple

from connector_sdk.clock import Clock, SystemClock
from functions.runtime.poller.computing import Computing
from functions.runtime.poller.pace import BUSY, COMPUTING, Pace
from functions.runtime.poller.turns import Call, Turns

log = logging.getLogger("connectors.poller")

TICK_SECONDS = 0.005
"""Longer than a job computes, shorter than anybody notices.

How much of it the process computed is asked, and not of what a tick takes beyond its length: the thread that keeps the
pace waited for its turn in it, as others did. On Lambda, where 512 MB come with 0.29 of a processor, no process would
ever seem busy by the clock.
"""


class _Begun(NamedTuple):
    """A call, its kind, and when it began by the pace."""

    call: Call
    kind: str
    tick: int


Inbox = SimpleQueue[_Begun | None]
"""Of an idle thread: its next call, or None to go."""


class Threads:
    """Runs calls, in the idle thread that was used last, or in a new one; a call must not raise.

    Each begins at once, or within some ticks if many came together; while calls compute, when one of them ends. One of
    each kind may always run, and kinds wait in turns. They are daemons: a function that hangs cannot keep a stopped
    process alive.
    """

    def __init__(self, name: str, clock: Clock | None = None) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._pace = Pace()
        self._computing = Computing()
        self._turns = Turns()
        self._running: Counter[str] = Counter()
        self._idle: list[Inbox] = []
        self._clock = clock or SystemClock()
        self._looked, self._used = self._clock.monotonic(), process_time()
        self._waiting = threading.Event()
        self._ended = threading.Event()
        self._pacer: threading.Thread | None = None

    def start(self, call: Call, kind: str = "", *, at_once: bool = False) -> None:
        """Run a call without waiting for it. RuntimeError or MemoryError: there is no thread for it.

        Nothing waits `at_once` (it only reports what was done), or after the end.
        """
        with self._lock:
            if not self._turns:
                self._look_round()
            if at_once or self._ended.is_set() or self._pace.room or kind not in self._running:
                self._run(kind, call)
                return
            if self._pacer is None:
                pacer = threading.Thread(target=self._keep_pace, name=f"{self._name} pace", daemon=True)
                pacer.start()
                self._pacer = pacer
            self._turns.add(kind, call)
            self._waiting.set()

    def end(self) -> None:
        """Let the idle threads go, and those that are busy after their call; what has not begun never does."""
        with self._lock:
            self._ended.set()
            self._turns.clear()
            self._waiting.set()
            while self._idle:
                self._idle.pop().put(None)

    def _look_round(self) -> None:
        """Nobody waits, so nobody ticks: a call that begins sees whether the processor had time meanwhile."""
        now = self._clock.monotonic()
        if (passed := now - self._looked) < TICK_SECONDS:
            return
        used = process_time()
        load = (used - self._used) / passed
        if load >= BUSY:
            self._pace.tick(load, self._look)
        else:
            self._pace.rest()
        self._looked, self._used = now, used

    def _look(self) -> int:
        return self._computing.look(COMPUTING - 1)

    def _run(self, kind: str, call: Call) -> None:
        begun = self._begin(kind, call)
        if self._idle:
            self._idle.pop().put(begun)
            return
        try:
            threading.Thread(target=self._serve, args=(begun,), name=self._name, daemon=True).start()
        except BaseException:
            self._end(begun)
            raise

    def _serve(self, begun: _Begun) -> None:
        inbox: Inbox = SimpleQueue()
        following: _Begun | None = begun
        while following is not None:
            with self._lock:
                self._computing.begin()
            try:
                following.call()
            except BaseException:
                log.exception("a fault in the poller")
            with self._lock:
                self._computing.end()
                self._end(following)
                if self._ended.is_set():
                    return
                turn = self._next()
                following = self._begin(*turn) if turn else None
                if following is None:
                    self._idle.append(inbox)
            following = following or inbox.get()

    def _begin(self, kind: str, call: Call) -> _Begun:
        self._running[kind] += 1
        return _Begun(call, kind, self._pace.begin())

    def _end(self, begun: _Begun) -> None:
        self._pace.end(begun.tick)
        self._running[begun.kind] -= 1
        if not self._running[begun.kind]:
            del self._running[begun.kind]

    def _next(self) -> tuple[str, Call] | None:
        """The call that may begin now: whoever's turn it is, or the first of a kind of which none runs."""
        return self._turns.take(() if self._pace.room else self._running) if self._turns else None

    def _keep_pace(self) -> None:
        while self._waiting.wait() and not self._ended.is_set():
            used = process_time()
            self._ended.wait(TICK_SECONDS)
            with self._lock:
                self._looked, self._used = self._clock.monotonic(), process_time()
                self._pace.tick((self._used - used) / TICK_SECONDS, self._look)
                self._begin_waiting()
                if not self._turns and not self._ended.is_set():  # at the end nobody wakes the pacer once more
                    self._waiting.clear()

    def _begin_waiting(self) -> None:
        with suppress(RuntimeError, MemoryError):  # no thread for it: those that run take it when they are done
            while turn := self._next():
                try:
                    self._run(*turn)
                except (RuntimeError, MemoryError):
                    self._turns.back(*turn)
                    raise
