"""What is done again and again in a thread."""

import threading

import pytest

from connector_sdk.repeating import Repeating


def test_what_fails_is_done_again_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    times: list[None] = []
    again = threading.Event()

    def once() -> None:
        times.append(None)
        if len(times) == 1:
            raise OSError("the disk is full")
        again.set()

    repeating = Repeating("looker", once)
    repeating.start(every_seconds=0.001)

    assert again.wait(10)
    repeating.stop()
    assert "looker: this time failed" in caplog.text


def test_it_can_be_ended_by_what_it_does() -> None:
    ended = threading.Event()

    def once() -> None:
        repeating.stop()
        ended.set()

    repeating = Repeating("looker", once)
    repeating.start(every_seconds=0.001)

    assert ended.wait(10)
    assert repeating.stopped


def test_it_can_be_stopped_before_it_has_begun() -> None:
    repeating = Repeating("looker", lambda: None)

    repeating.stop()
    assert repeating.stopped
