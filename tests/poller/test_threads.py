"""Threads are kept for the next call, and let go at the end."""

from __future__ import annotations

import threading

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
