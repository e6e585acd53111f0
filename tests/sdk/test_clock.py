"""The clocks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest

from connector_sdk.clock import ControlledClock, SystemClock, utc


def test_a_controlled_clock_stands_still_until_it_is_moved() -> None:
    clock = ControlledClock(1_000)
    clock.advance(500)

    assert (clock.time_ms(), clock.monotonic()) == (1_500, 0.5)


def test_a_controlled_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="never goes back"):
        ControlledClock(1_000).advance(-1)


def test_who_waits_on_a_controlled_clock_goes_on_when_it_is_moved_or_at_the_event() -> None:
    clock, event = ControlledClock(), Event()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(clock.wait, event, 60)
        while not waiting.done():
            clock.advance(60_000)
        assert not waiting.result()

        waiting = threads.submit(clock.wait, event, 60)
        event.set()
        assert waiting.result(20)


def test_the_systems_clock_knows_which_century_it_is() -> None:
    assert utc(SystemClock()) > datetime(2024, 1, 1, tzinfo=UTC)
    assert SystemClock().monotonic() <= SystemClock().monotonic()
