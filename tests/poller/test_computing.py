"""Threads that compute are told from threads that wait."""

from __future__ import annotations

import time

import pytest

from functions.runtime.poller import computing
from functions.runtime.poller.computing import Computing


@pytest.mark.skipif(not computing.CAN_TELL, reason="this system has no clock for another thread's processor time")
def test_a_thread_counts_while_it_computes_and_no_more_once_it_waits() -> None:
    looked_at = Computing()
    clock = looked_at.enter()
    looked_at.look(7)
    until = time.thread_time() + 0.003
    while time.thread_time() < until:
        pass
    assert (looked_at.look(7), looked_at.look(7)) == (1, 0)
    looked_at.leave(clock)
    assert looked_at.look(7) == 0


def test_where_nobody_can_tell_the_caller_says_what_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "CAN_TELL", False)
    looked_at = Computing()
    looked_at.enter()
    assert looked_at.look(7) == 7
