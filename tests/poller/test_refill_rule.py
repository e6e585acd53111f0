"""When the engine is asked for more jobs, and for how many."""

from __future__ import annotations

import threading

import pytest

from connector_sdk.compatibility import Compatibility
from functions.runtime.poller.backoff import Backoff
from functions.runtime.poller.options import FLOOR, Options
from functions.runtime.poller.room import BYTES_IN_FLIGHT, Room
from functions.runtime.poller.slots import Slots

FOREVER = 20.0


class Watched(Room):
    """A room in which one can see that somebody waits."""

    def __init__(self, slots: int = 0) -> None:
        super().__init__(slots)
        begun = self._begun = threading.Semaphore(0)

        class Changed(threading.Condition):
            def wait(self, timeout: float | None = None) -> bool:
                begun.release()
                return super().wait(timeout)

        self.changed = Changed()

    def waited_for(self) -> None:
        """Return when a wait has begun: the first one, or the next one of somebody who was woken for nothing."""
        assert self._begun.acquire(timeout=FOREVER)


def asks(slots: Slots, room: Watched, *, backlog: bool) -> tuple[threading.Thread, list[int]]:
    """Ask in a thread of its own, which waits now; what for is in the list once it is known."""
    asked: list[int] = []
    asking = threading.Thread(target=lambda: asked.append(slots.ask(backlog=backlog)))
    asking.start()
    room.waited_for()
    return asking, asked


@pytest.mark.parametrize("backlog", [False, True])
def test_empty_slots_are_all_asked_for_at_once(backlog: bool) -> None:
    assert Slots(256, FOREVER).ask(backlog=backlog) == 256


@pytest.mark.parametrize(("capacity", "taken", "asked"), [(256, 255, 1), (256, 1, 255), (1, 0, 1), (2, 1, 1)])
def test_without_a_backlog_a_single_free_slot_is_reason_enough(capacity: int, taken: int, asked: int) -> None:
    slots = Slots(capacity, FOREVER)
    slots.take(taken)
    assert slots.ask(backlog=False) == asked


@pytest.mark.parametrize(
    ("taken", "backlog", "asked"), [(40, True, 60), (39, True, 60), (31, True, 60), (39, False, 61), (0, True, 100)]
)
def test_jobs_that_go_together_are_asked_for_in_whole_groups_during_a_backlog(
    taken: int, backlog: bool, asked: int
) -> None:
    slots = Slots(100, 0.001)
    slots.ask(backlog=False)
    slots.take(taken)
    assert slots.ask(backlog=backlog, together=10) == asked


def test_less_than_a_group_is_asked_for_where_there_is_no_more_room() -> None:
    slots = Slots(7, 0.001)
    assert [slots.ask(backlog=True, together=size) for size in (7, 10)] == [7, 7]


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
    slots = Slots(2, FOREVER, room=(room := Watched()))
    slots.take(2)
    asking, asked = asks(slots, room, backlog=False)
    slots.release()
    asking.join(FOREVER)
    assert asked == [1]


def test_after_few_jobs_more_are_asked_for_when_one_of_them_is_done() -> None:
    slots = Slots(256, FOREVER, courtesy_seconds=FOREVER, room=(room := Watched()))
    slots.ask(backlog=False)
    slots.take(200)
    asking, asked = asks(slots, room, backlog=False)
    slots.release()
    asking.join(FOREVER)
    assert asked == [57]


def test_after_an_answer_without_jobs_the_engine_is_asked_again_at_once() -> None:
    slots = Slots(4, FOREVER, courtesy_seconds=FOREVER)
    slots.ask(backlog=False)
    slots.take(0)
    assert slots.ask(backlog=False) == 4


def test_a_few_jobs_that_take_long_keep_nobody_waiting() -> None:
    slots = Slots(4, FOREVER, courtesy_seconds=0.001)
    slots.ask(backlog=False)
    slots.take(1)
    assert slots.ask(backlog=False) == 3


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


def test_a_refusal_while_slots_linger_is_waited_out() -> None:
    """Nothing to ask for is what closed slots say: the type would never be asked for again."""
    slots = Slots(8, 0.3, room=(room := Watched()))
    slots.take(6)
    asking, asked = asks(slots, room, backlog=True)
    slots.refused()  # three slots are left, and six are taken
    room.waited_for()
    assert asked == []
    for _ in range(4):
        slots.release()
    asking.join(FOREVER)
    assert asked == [1]


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
    slots = Slots(4, FOREVER, room=(room := Watched()))
    slots.take(2)
    slots.refused()  # one slot is left, and two are taken
    slots.release()
    asking, asked = asks(slots, room, backlog=False)
    slots.ran()
    asking.join(FOREVER)
    assert asked == [1]


def shared(types: int, slots: int = 700) -> list[Slots]:
    rules = Compatibility.of("8.10")
    options = Options(rules, None, slots_per_type=256, shared_slots=slots, linger_seconds=0.001)
    return list(options.slots(types))


def test_an_idle_type_asks_for_the_slots_it_owns_and_a_backlog_borrows_up_to_its_most() -> None:
    [slots, _] = shared(2)
    assert slots.ask(backlog=False) == FLOOR
    slots.take(FLOOR)
    assert slots.ask(backlog=True) == 248
    slots.take(248)
    assert slots.used == 256


def test_types_never_have_more_than_all_slots_together_and_none_goes_without_its_own() -> None:
    types = shared(4, slots=100)
    assert [slots.ask(backlog=True) for slots in types] == [76, 8, 8, 8]


def test_what_was_borrowed_goes_back_when_the_answer_is_short_or_a_job_ends() -> None:
    [one, other] = shared(2, slots=20)
    assert one.ask(backlog=True) == 12
    one.take(9)  # one of them is borrowed
    assert other.ask(backlog=True) == 11
    other.take(0)
    one.release()
    assert other.ask(backlog=True) == 12


def test_a_type_whose_own_slots_are_taken_borrows_without_a_backlog_too() -> None:
    [slots] = shared(1)
    slots.take(FLOOR)
    assert slots.ask(backlog=False) == FLOOR


def test_whoever_waits_for_a_slot_to_borrow_gets_it_when_another_type_is_done() -> None:
    room = Watched(slots=1)
    one, other = Slots(floor=FLOOR, room=room), Slots(floor=FLOOR, room=room)
    other.take(FLOOR)
    one.take(FLOOR + 1)
    asking, asked = asks(other, room, backlog=False)
    one.release()
    asking.join(FOREVER)
    assert asked == [1]


def test_more_types_than_slots_have_their_floor_all_the_same() -> None:
    assert [slots.ask(backlog=True) for slots in shared(100)] == [8] * 100


def test_a_type_whose_jobs_leave_a_byte_of_the_memory_asks_for_more() -> None:
    slots = Slots(4, FOREVER)
    slots.take(1, BYTES_IN_FLIGHT - 1)
    assert slots.ask(backlog=False) == 3


def test_a_type_whose_jobs_fill_the_memory_asks_for_no_more_until_one_has_ended() -> None:
    slots = Slots(4, FOREVER, room=(room := Watched()))
    slots.take(1, BYTES_IN_FLIGHT)
    asking, asked = asks(slots, room, backlog=False)
    assert asked == []
    slots.release(BYTES_IN_FLIGHT)
    asking.join(FOREVER)
    assert asked == [4]


def test_large_jobs_of_one_type_do_not_hold_up_another() -> None:
    room = Room(types=2, bytes_in_flight=100)
    large, small = Slots(4, FOREVER, room=room), Slots(4, FOREVER, room=room)
    large.take(1, 1000)
    small.take(1, 49)
    assert small.ask(backlog=False) == 3


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
