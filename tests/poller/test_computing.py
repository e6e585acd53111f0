"""Calls that compute are told from calls that wait."""

from __future__ import annotations

import time

import pytest

from functions.runtime.poller import computing
from functions.runtime.poller.computing import Computing

can_tell = pytest.mark.skipif(not computing.CAN_TELL, reason="this system has no clock for a thread's processor time")


def compute(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@can_tell
def test_a_call_counts_while_it_computes_and_no_more_once_it_waits() -> None:
    calls = Computing()
    calls.begin()
    compute(0.006)
    assert (calls.look(7), calls.look(7)) == (1, 0)


@can_tell
def test_what_a_thread_computed_before_its_call_does_not_count_nor_does_a_call_that_is_over() -> None:
    calls = Computing()
    compute(0.006)
    calls.begin()
    assert calls.look(7) == 0
    compute(0.006)
    calls.end()
    assert calls.look(7) == 0


def test_where_nobody_can_tell_the_caller_says_what_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "CAN_TELL", False)
    calls = Computing()
    calls.begin()
    assert calls.look(7) == 7
    calls.end()
