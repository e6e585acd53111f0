"""When the engine is asked for more jobs, and for how many."""

from __future__ import annotations

import threading

import pytest

from functions.runtime.poller.backoff import Backoff
from functions.runtime.poller.slots import Slots

FOREVER = 20.0


@pytest.mark.parametrize("backlog", [False, True])
def test_empty_slots_are_all_asked_for_at_once(backlog: bool) -> None:
    assert Slots(256, FOREVER).ask(backlog=backlog) == 256


@pytest.mark.parametrize(("capacity", "taken", "asked"), [(256, 255, 1), (256, 1, 255), (1, 0, 1), (2, 1, 1)])
def test_without_a_backlog_a_single_free_slot_is_reason_enough(capacity: int, taken: int, asked: int) -> None:
    slots = Slots(capacity, FOREVER)
    slots.take(taken)
    assert slots.ask(backlog=False) == asked


@pytest.mark.parametrize(("capacity", "taken", "asked"), [(256, 128, 128), (3, 1, 2), (2, 1, 1), (1, 0, 1)])
def test_during_a_backlog_half_is_enough(capacity: int, taken: int, asked: int) -> None:
    slots = Slots(capacity, FOREVER)
    slots.take(taken)
    assert slots.ask(backlog=True) == asked


@pytest.mark.parametrize(("capacity", "taken", "asked"), [(256, 129, 127), (3, 2, 1)])
def test_less_than_half_is_asked_for_once_it_has_lingered(capacity: int, taken: int, asked: int) -> None:
    slots = Slots(capacity, 0.001)
    slots.take(taken)
    assert slots.ask(backlog=True) == asked


def test_full_slots_wait_for_the_first_that_comes_free() -> None:
    slots = Slots(2, FOREVER)
    slots.take(2)
    asked: list[int] = []
    asking = threading.Thread(target=lambda: asked.append(slots.ask(backlog=False)))
    asking.start()
    slots.release()
    asking.join(FOREVER)
    assert asked == [1]


def test_closed_slots_ask_for_nothing_and_drain() -> None:
    slots = Slots(4, FOREVER)
    slots.take(2)
    slots.close()
    assert slots.ask(backlog=False) == 0
    assert slots.drained(0) == 2
    slots.release()
    slots.release()
    assert slots.drained(FOREVER) == 0


def test_a_refusal_halves_what_is_asked_for_and_a_crowd_counts_once() -> None:
    slots = Slots(256, 0.001)
    slots.take(200)
    for _ in range(150):  # refused one after the other, as a throttled crowd is
        slots.refused()
        slots.release()

    assert slots.ask(backlog=False) == 50  # of 100


def test_one_slot_is_left_however_often_nothing_ran() -> None:
    slots = Slots(4, 0.001)
    for _ in range(10):
        slots.take(1)
        slots.refused()
        slots.release()

    assert slots.ask(backlog=False) == 1


def test_slots_grow_again_while_jobs_run() -> None:
    slots = Slots(16, 0.001)
    slots.take(2)
    slots.refused()
    slots.release()
    slots.release()
    grown = []
    for _ in range(120):
        slots.ran()
        grown.append(slots.ask(backlog=False))

    assert (grown[0], grown[1], grown[2], grown[3]) == (2, 2, 3, 3)
    assert grown[-1] == 16


def test_whoever_waits_for_a_slot_gets_one_that_has_grown() -> None:
    slots = Slots(4, FOREVER)
    slots.take(2)
    slots.refused()  # one slot is left, and two are taken
    slots.release()
    asked: list[int] = []
    asking = threading.Thread(target=lambda: asked.append(slots.ask(backlog=False)))
    asking.start()
    slots.ran()
    asking.join(FOREVER)
    assert asked == [1]


def test_waits_double_up_to_the_longest_and_start_again_after_a_success() -> None:
    backoff = Backoff(lambda: 0.0)
    assert [backoff.next_seconds() for _ in range(9)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    backoff.reset()
    assert backoff.next_seconds() == 0.05


def test_half_of_a_wait_is_chance() -> None:
    waits = [Backoff(iter([chance]).__next__).next_seconds() for chance in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([0.05, 0.075, 0.1])


def test_a_long_outage_does_not_overflow() -> None:
    backoff = Backoff(lambda: 1.0)
    assert {backoff.next_seconds() for _ in range(5000)} >= {10.0}
