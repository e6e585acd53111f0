"""The engine: one external command after the other, each with everything that follows from it, as one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from connector_sdk.clock import Clock, ControlledClock, SystemClock
from devkit.engine import instances, jobs, lifecycle, messages, signals, timers, triggers
from devkit.engine.core import MAX_STEPS, Core
from devkit.engine.elements import BEHAVIOURS
from devkit.engine.elements.ad_hoc import on_path_end
from devkit.engine.elements.multi_instance import on_round_end
from devkit.engine.state import State
from devkit.engine.storage import Leftover, Storage

COMMANDS: Mapping[str, Callable[..., None]] = {
    "activate": lifecycle.activate,
    "enter": lifecycle.enter_created,
    "complete": lifecycle.complete,
    "retry": lifecycle.retry,
    "trigger": triggers.trigger,
    "correlate buffered": messages.correlate_buffered,
    "start next": messages.start_next,
    "broadcast": signals.broadcast,
    "start by event": instances.start_by_event,
    "call": instances.call,
    "instance ended": instances.on_end,
    "round ended": on_round_end,
    "ad-hoc path ended": on_path_end,
}
"""The internal commands."""

DUE: Mapping[str, Callable[[Core, int, int], None]] = {
    jobs.LOCK: jobs.on_lock_end,
    jobs.BACK_OFF: jobs.on_back_off_end,
    messages.EXPIRES: messages.on_expiry,
    timers.DUE: timers.on_due,
}
"""What happens when something scheduled is due."""


class EngineClock:
    """The engine's time: another clock's, until it is pinned; then the pinned time until it is reset."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pinned: ControlledClock | None = None

    def time_ms(self) -> int:
        return (self._pinned or self._clock).time_ms()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return self._clock.wait(event, seconds)

    def pin(self, time_ms: int) -> None:
        self._pinned = ControlledClock(time_ms)

    @property
    def pinned_ms(self) -> int | None:
        """The moment at which time stands still, if it does."""
        return None if self._pinned is None else self._pinned.time_ms()

    def reset(self) -> None:
        self._pinned = None


class Transaction:
    """A command to the engine, as a block; one object for all of them, for nothing of a command is kept in it."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Core:
        return self._engine.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.end()


class Engine:
    """A process engine. Every command goes through `transaction`, every look through `reading`.

    Without a storage everything is in memory only; with one, a transaction is stored before it ends.
    """

    def __init__(self, clock: Clock | None = None, storage: Storage | None = None) -> None:
        self.clock = EngineClock(clock or SystemClock())
        self._storage = storage
        state, left = (State(), None) if storage is None else storage.load()
        self._core = Core(self.clock, state, BEHAVIOURS, COMMANDS)
        if left is not None:
            self._core.queue.extend(left.queue)
            if left.pinned_ms is not None:
                self.clock.pin(left.pinned_ms)
        self._lock = threading.RLock()
        self._transaction = Transaction(self)
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    def on_new_jobs(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the job types that something became available of, after the transaction."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call a listener no more."""
        self._listeners.remove(listener)

    def transaction(self) -> Transaction:
        """What is due first, then the caller's command, then everything that follows from it."""
        return self._transaction

    def begin(self) -> Core:
        """What a transaction begins with."""
        self._lock.acquire()
        try:
            self._run_due()
        except BaseException:
            self.end()
            raise
        return self._core

    def end(self) -> None:
        """What a transaction ends with, also one whose command was rejected."""
        core, new_jobs, answers = self._core, None, None
        try:
            core.run_queue()
            self._run_due()
            self._save()
            # Only what is stored is told; what could not be stored is told with the next command.
            if core.new_jobs:
                new_jobs = frozenset(core.new_jobs)
                core.new_jobs.clear()
            if core.answers:
                answers = tuple(core.answers)
                core.answers.clear()
        finally:
            self._lock.release()
        if answers is not None:
            for answer in answers:
                answer()
        if new_jobs is not None:
            for listener in tuple(self._listeners):
                listener(new_jobs)

    @contextmanager
    def reading(self) -> Iterator[Core]:
        """What is due first, then the caller's look at the state, which must change nothing."""
        self.tick()
        with self._lock:
            try:
                yield self._core
            finally:
                if self._storage is not None:
                    self._storage.ignore_touched()

    def _save(self) -> None:
        if self._storage is not None:
            left = Leftover(tuple(self._core.queue), self.clock.pinned_ms)
            self._storage.save(self._core.state, left)

    def close(self) -> None:
        """Close the storage; the engine cannot be used any more."""
        with self._lock:
            if self._storage is not None:
                self._storage.close()

    def _run_due(self) -> None:
        now_ms = self._core.now_ms = self.clock.time_ms()
        for _ in range(MAX_STEPS):
            entry = self._core.state.schedule.take_due(now_ms)
            if entry is None:
                return
            due_ms, key, kind = entry
            DUE[kind](self._core, due_ms, key)
            self._core.run_queue()

    def tick(self) -> bool:
        """Do what is due, and what an earlier transaction left to do; whether all of it is done."""
        with self.transaction() as core:
            pass
        return core.is_idle
