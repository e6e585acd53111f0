"""Calls that compute run few at a time; calls that wait hold back nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.runtime.poller.pace import Pace


def test_four_calls_begin_at_once() -> None:
    pace = Pace()
    assert pace.room == 4
    for _ in range(4):
        pace.begin()
    assert pace.room == 0


def test_calls_that_end_within_a_tick_run_one_by_one_after_a_while() -> None:
    pace = Pace()
    rooms = []
    for _ in range(4):
        begun = [pace.begin() for _ in range(pace.room)]
        for call in begun:
            pace.end(call)
        pace.tick(busy=True)
        rooms.append(pace.room)
    assert rooms == [2, 1, 1, 1]


def test_calls_that_wait_make_room_for_twice_as_many() -> None:
    pace = Pace()
    begun = 0
    for _ in range(13):
        while pace.room:
            pace.begin()
            begun += 1
        pace.tick(busy=False)
    assert begun > 256


def test_while_the_processor_is_busy_a_call_begins_in_the_place_of_one_that_ends() -> None:
    pace = Pace()
    calls = [pace.begin() for _ in range(4)]
    rooms = []
    for _ in range(5):
        pace.tick(busy=True)
        rooms.append(pace.room)
    pace.end(calls[0])
    assert (rooms, pace.room) == ([0] * 5, 1)
    pace.begin()
    assert pace.room == 0


def test_a_look_that_finds_few_who_compute_lets_more_begin_one_by_one() -> None:
    pace = Pace()
    for _ in range(4):
        pace.begin()
    looks = 0
    for _ in range(17):
        looks += pace.looks
        pace.tick(busy=True, computing=2 if pace.looks else 4)
    begun = []
    for _ in range(6):
        begun.append(pace.room)
        for _ in range(pace.room):
            pace.begin()
        pace.tick(busy=True)
    assert (looks, begun) == (1, [1, 0, 1, 0, 0, 0])


def test_when_nobody_waits_four_may_begin_again() -> None:
    pace = Pace()
    for _ in range(5):
        pace.tick(busy=True)
    pace.rest()
    assert pace.room == 4


@given(st.lists(st.sampled_from(["begin", "end", "quiet tick", "busy tick", "rest"]), max_size=60))
def test_whatever_happens_more_begin_when_the_others_have_ended(steps: list[str]) -> None:
    pace = Pace()
    running: list[int] = []
    for step in steps:
        match step:
            case "begin":
                running += [pace.begin()] if pace.room else []
            case "end":
                if running:
                    pace.end(running.pop(0))
            case "rest":
                pace.rest()
            case _:
                pace.tick(busy=step == "busy tick")
    for begun in running:
        pace.end(begun)
    pace.tick(busy=not running)
    pace.tick(busy=False)
    assert pace.room >= 1
