"""Calls of many kinds wait: each kind has its turn, and in a kind who came first is first."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from functions.runtime.poller.turns import Call, Turns


def _nothing(kind: str, number: int) -> None:
    """What a call of a test does."""


@given(st.lists(st.sampled_from("abc")))
def test_all_are_taken_in_their_kinds_order_and_none_twice_in_a_row_while_others_wait(kinds: list[str]) -> None:
    turns = Turns()
    left: dict[str, list[Call]] = defaultdict(list)
    for number, kind in enumerate(kinds):
        call = partial(_nothing, kind, number)
        left[kind].append(call)
        turns.add(kind, call)
    last = ""
    while taken := turns.take():
        kind, taken_call = taken
        assert taken_call is left[kind].pop(0)
        assert kind != last or not any(calls for other, calls in left.items() if other != kind)
        last = kind
    assert not turns
    assert not any(left.values())


def test_kinds_that_are_not_wanted_now_keep_their_place() -> None:
    turns = Turns()
    first, second = partial(_nothing, "a", 1), partial(_nothing, "b", 2)
    turns.add("a", first)
    turns.add("b", second)
    assert turns.take({"a"}) == ("b", second)
    assert turns.take({"a"}) is None
    assert turns.take() == ("a", first)


def test_who_could_not_begin_is_the_first_of_its_kind_again() -> None:
    turns = Turns()
    first, second = partial(_nothing, "a", 1), partial(_nothing, "a", 2)
    turns.add("a", first)
    turns.add("a", second)
    taken = turns.take()
    assert taken is not None
    turns.back(*taken)
    assert turns.take() == ("a", first)
