"""Threads are kept for the next call, and let go at the end."""

from __future__ import annotations

import itertools
import threading
from functools import partial
from queue import SimpleQueue

import pytest

from connector_sdk.clock import ControlledClock
from functions.runtime.poller.computing import Computing
from functions.runtime.poller.threads import Threads

WAIT_SECONDS = 20


def test_a_thread_that_is_busy_at_the_end_goes_after_its_call() -> None:
    threads = Threads("job")
    begun, go = threading.Event(), threading.Event()
    ran: list[threading.Thread] = []

    def call() -> None:
        ran.append(threading.current_thread())
        begun.set()
        assert go.wait(WAIT_SECONDS)

    threads.start(call)
    assert begun.wait(WAIT_SECONDS)
    threads.end()
    go.set()
    ran[0].join(WAIT_SECONDS)
    assert not ran[0].is_alive()


def test_the_thread_that_keeps_the_pace_goes_even_if_the_end_comes_in_its_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    in_tick, end_came, go = threading.Event(), threading.Event(), threading.Event()

    def process_time() -> float:
        in_tick.set()
        end_came.wait(WAIT_SECONDS)
        return 0.0

    threads = Threads("call", ControlledClock())
    monkeypatch.setattr("functions.runtime.poller.threads.process_time", process_time)
    for _ in range(5):
        threads.start(lambda: _hold(go))
    assert in_tick.wait(WAIT_SECONDS)
    (pacer,) = (thread for thread in threading.enumerate() if thread.name == "call pace")
    threads.end()
    end_came.set()
    pacer.join(WAIT_SECONDS)
    go.set()
    assert not pacer.is_alive()


def test_calls_that_wait_run_side_by_side_however_many_they_are() -> None:
    threads = Threads("job")
    all_wait = threading.Barrier(257)
    try:
        for _ in range(256):
            threads.start(lambda: _wait(all_wait))
        all_wait.wait(WAIT_SECONDS)
    finally:
        threads.end()


@pytest.mark.parametrize(("used_seconds", "least", "most"), [(0.0034, 256, 256), (0.0046, 4, 40)])
def test_calls_are_held_back_while_the_process_computes_for_the_length_of_a_tick(
    used_seconds: float, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the tick took: a process that has a part of a processor, as on Lambda, waits for its turn in it."""
    readings, go, enough = itertools.count(), threading.Event(), threading.Event()
    begun: list[int] = []

    def process_time() -> float:
        reading = next(readings)  # two in each tick
        if reading == 40:
            note()
        return reading * used_seconds

    def note() -> None:
        begun.append(sum(thread.name == "calls" for thread in threading.enumerate()))
        enough.set()

    def call() -> None:
        if next(calls) == 256:
            note()
        go.wait(WAIT_SECONDS)

    monkeypatch.setattr("functions.runtime.poller.threads.process_time", process_time)
    calls = itertools.count(1)
    threads = Threads("calls", ControlledClock())
    for _ in range(256):
        threads.start(call)
    assert enough.wait(WAIT_SECONDS)
    threads.end()
    go.set()
    assert least <= begun[0] <= most


def test_while_calls_of_one_kind_compute_those_of_another_begin_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = itertools.count()
    monkeypatch.setattr("functions.runtime.poller.threads.process_time", lambda: float(next(busy)))
    monkeypatch.setattr("functions.runtime.poller.computing.CAN_TELL", False)
    begun, go = SimpleQueue[str](), threading.Semaphore(0)

    def call(kind: str) -> None:
        begun.put(kind)
        assert go.acquire(timeout=WAIT_SECONDS)

    threads = Threads("job", ControlledClock())
    for kind in ["heavy"] * 100 + ["light"] * 3:
        threads.start(partial(call, kind), kind)
    first = [begun.get(timeout=WAIT_SECONDS) for _ in range(5)]
    for _ in range(7):
        go.release()
    following = [begun.get(timeout=WAIT_SECONDS) for _ in range(7)]
    threads.end()
    go.release(110)
    assert first == ["heavy"] * 4 + ["light"]
    assert following[:5].count("light") == 2


def test_calls_that_begin_now_and_then_while_the_process_computes_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits when each of them comes, so that nobody keeps the pace; they are not let in all the same."""
    clock, go, begun, readings = ControlledClock(), threading.Event(), threading.Semaphore(0), itertools.count()
    monkeypatch.setattr("functions.runtime.poller.threads.process_time", lambda: clock.monotonic() + next(readings))
    monkeypatch.setattr(Computing, "look", lambda *_: 4)

    threads = Threads("job", clock)
    for _ in range(2):
        clock.advance(1_000)
        threads.start(lambda: _begin_and_hold(begun, go))
    assert begun.acquire(timeout=WAIT_SECONDS)
    assert not begun.acquire(blocking=False)
    go.set()
    assert begun.acquire(timeout=WAIT_SECONDS)
    threads.end()


def test_a_call_beside_old_ones_that_wait_begins_at_once() -> None:
    clock, go, begun = ControlledClock(), threading.Event(), threading.Semaphore(0)

    threads = Threads("never ticks", clock)
    for _ in range(12):
        clock.advance(60_000)
        threads.start(lambda: _begin_and_hold(begun, go))
        assert begun.acquire(timeout=WAIT_SECONDS)
    assert not any(thread.name == "never ticks pace" for thread in threading.enumerate())
    go.set()
    threads.end()


def test_calls_that_compute_share_few_threads_and_all_run() -> None:
    threads = Threads("job")
    ran: list[int] = []
    done = threading.Event()

    def call() -> None:
        ran.append(threading.get_ident())
        if len(ran) == 1_000:
            done.set()

    for _ in range(1_000):
        threads.start(call)
    assert done.wait(WAIT_SECONDS)
    threads.end()
    assert len(ran) == 1_000
    assert len(set(ran)) < 256


def test_calls_that_get_no_thread_run_in_one_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = Threads("job", ControlledClock())
    go, ran, refused = threading.Event(), threading.Semaphore(0), threading.Event()

    def call() -> None:
        assert go.wait(WAIT_SECONDS)
        ran.release()

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "job":
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    for _ in range(4):
        threads.start(call)
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", refuse)
    threads.start(call)
    assert refused.wait(WAIT_SECONDS)
    go.set()
    for _ in range(5):
        assert ran.acquire(timeout=WAIT_SECONDS)
    threads.end()


def test_a_call_that_raises_leaves_its_thread_to_the_next(caplog: pytest.LogCaptureFixture) -> None:
    threads, ran = Threads("job"), threading.Event()

    def fail() -> None:
        raise SystemExit("a handler that gives up")

    for _ in range(300):
        threads.start(fail)
    threads.start(ran.set)
    assert ran.wait(WAIT_SECONDS)
    threads.end()
    assert "a fault in the poller" in caplog.text


def test_what_only_reports_waits_for_nobody_not_even_after_the_end() -> None:
    threads, go, reported = Threads("job", ControlledClock()), threading.Event(), threading.Semaphore(0)
    for _ in range(5):
        threads.start(lambda: _hold(go))
    threads.start(reported.release, at_once=True)
    assert reported.acquire(timeout=WAIT_SECONDS)
    threads.end()
    threads.start(reported.release)
    assert reported.acquire(timeout=WAIT_SECONDS)
    go.set()


def _hold(go: threading.Event) -> None:
    go.wait(WAIT_SECONDS)


def _begin_and_hold(begun: threading.Semaphore, go: threading.Event) -> None:
    begun.release()
    assert go.wait(WAIT_SECONDS)


def _wait(barrier: threading.Barrier) -> None:
    barrier.wait(WAIT_SECONDS)
