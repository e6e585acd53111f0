"""Calls that compute run few at a time; calls that wait hold back nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.runtime.poller.pace import LOOK_TICKS, Pace


def all_compute() -> int:
    return 4


def tick(pace: Pace, *, busy: bool, computing: int = 4) -> None:
    pace.tick(0.9 if busy else 0.69, lambda: computing)


def begun_in(pace: Pace, ticks: int, *, busy: bool) -> list[int]:
    """How many calls each of so many ticks lets begin, when as many wait as may."""
    found = []
    for _ in range(ticks):
        found.append(pace.room)
        for _ in range(pace.room):
            pace.begin()
        tick(pace, busy=busy)
    return found


def test_four_calls_begin_at_once() -> None:
    pace = Pace()
    assert pace.room == 4
    for _ in range(4):
        pace.begin()
    assert pace.room == 0


def test_calls_that_wait_make_room_for_twice_as_many() -> None:
    assert begun_in(Pace(), 8, busy=False) == [4, 0, 8, 0, 16, 0, 32, 0]


def test_calls_that_end_within_a_tick_make_room_for_more_as_well() -> None:
    """Alone, each may be quick because it is alone: who is waited for answers several at once as fast as one."""
    pace = Pace()
    rooms = []
    for _ in range(4):
        for call in [pace.begin() for _ in range(pace.room)]:
            pace.end(call)
        tick(pace, busy=False)
        rooms.append(pace.room)
    assert rooms == [8, 16, 32, 64]


def test_without_time_to_spare_as_many_begin_as_before() -> None:
    pace = Pace()
    for _ in range(4):
        for call in [pace.begin() for _ in range(pace.room)]:
            pace.end(call)
        pace.tick(0.7, all_compute)
    assert pace.room == 4


def test_while_the_processor_is_busy_a_call_begins_in_the_place_of_one_that_ends() -> None:
    pace = Pace()
    calls = [pace.begin() for _ in range(4)]
    assert begun_in(pace, 5, busy=True)[1:] == [0] * 4
    pace.end(calls[0])
    assert pace.room == 1
    pace.begin()
    assert pace.room == 0


def test_what_ended_before_the_processor_was_busy_leaves_no_place() -> None:
    pace = Pace()
    for _ in range(100):
        pace.end(pace.begin())
    tick(pace, busy=True)
    assert pace.room == 0


def test_a_look_that_finds_few_who_compute_lets_more_begin_one_by_one() -> None:
    pace = Pace()
    begun_in(pace, 1, busy=False)
    for _ in range(LOOK_TICKS):
        tick(pace, busy=True, computing=2)
    tick(pace, busy=True, computing=2)
    assert begun_in(pace, 6, busy=True) == [1, 0, 1, 0, 0, 0]


def test_a_look_that_finds_many_who_compute_lets_as_many_end_without_another() -> None:
    pace = Pace()
    calls = [pace.begin() for _ in range(10)]
    for _ in range(LOOK_TICKS + 1):
        tick(pace, busy=True, computing=6)
    rooms = []
    for call in calls:
        pace.end(call)
        rooms.append(pace.room)
    assert rooms[:4] == [0, 0, 1, 1]


def test_who_begins_without_room_owes_a_place() -> None:
    """The first of each kind does: if it comes and goes, no further call of another kind begins for it."""
    pace = Pace()
    tick(pace, busy=True)
    for _ in range(10):
        pace.end(pace.begin())
    assert pace.room == 0


def test_calls_that_run_for_long_hold_back_nobody_after_a_rest() -> None:
    pace = Pace()
    calls = [pace.begin() for _ in range(4)]
    pace.rest()
    assert pace.room == 4
    for call in calls:
        pace.end(call)
    assert pace.room == 4


@given(st.lists(st.sampled_from(["begin", "end", "quiet tick", "busy tick", "rest"]), max_size=60))
def test_whatever_happens_four_may_begin_when_all_have_ended_and_there_was_a_rest(steps: list[str]) -> None:
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
                pace.tick(1.0 if step == "busy tick" else 0.0, all_compute)
    for begun in running:
        pace.end(begun)
    pace.rest()
    assert pace.room == 4
