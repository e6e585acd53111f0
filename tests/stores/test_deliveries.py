"""One suite for every implementation of the deliveries store; a new one is a line in `STORES`."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.stores import Deliveries, Delivery, State
from connector_sdk.stores.deliveries import KEEP_FINISHED_MS
from connector_sdk.stores.sqlite import SqliteDeliveries

Fixture = Callable[[str], Any]
STORES: dict[str, Callable[[Fixture], AbstractContextManager[Deliveries]]] = {
    "sqlite file": lambda fixture: SqliteDeliveries(fixture("tmp_path") / "deliveries.db"),
    "sqlite in memory": lambda _: SqliteDeliveries(":memory:"),
    "dynamodb": lambda fixture: fixture("aws").deliveries(),
}


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def store(request: pytest.FixtureRequest) -> Iterator[Deliveries]:
    with request.param(request.getfixturevalue) as opened:
        yield opened


def delivery(name: str = "d-1", received_ms: int = 1_000, **changes: Any) -> Delivery:
    plain = Delivery(
        id=name,
        path="orders",
        received_ms=received_ms,
        element={"elementId": "start"},
        payload={"request": {"body": {"n": 1, "text": "ü", "big": 12345678901234567890}}},
        due_ms=received_ms + 10_000,
        lease="first",
    )
    return replace(plain, **changes)


def test_what_was_put_is_read_back_whole(store: Deliveries) -> None:
    assert store.put(delivery()) is None

    assert store.get("d-1") == delivery()
    assert store.get("d-2") is None


def test_a_second_put_of_one_id_changes_nothing_and_gives_the_first(store: Deliveries) -> None:
    store.put(delivery())

    assert store.put(delivery(payload={"other": True}, lease="second")) == delivery()
    assert store.get("d-1") == delivery()


def test_a_leased_delivery_is_nobody_elses_until_the_lease_has_run_out(store: Deliveries) -> None:
    store.put(delivery(due_ms=11_000))

    assert store.lease_due(10_999, 20_000, "second", 10) == []
    assert store.lease_due(11_000, 20_000, "second", 10) == [delivery(due_ms=20_000, lease="second")]
    assert store.lease_due(11_000, 20_000, "third", 10) == []


def test_due_deliveries_come_oldest_first_and_not_more_than_asked_for(store: Deliveries) -> None:
    for name, received in (("c", 3), ("a", 1), ("b", 2)):
        store.put(delivery(name, received, due_ms=0))

    assert [one.id for one in store.lease_due(5, 10, "w", 2)] == ["a", "b"]
    assert [one.id for one in store.lease_due(5, 10, "w", 2)] == ["c"]


def test_the_oldest_of_what_is_due_is_known_without_taking_it(store: Deliveries) -> None:
    assert store.oldest_due(10**15) is None
    for name, received, due in (("waits", 1, 60), ("b", 3, 50), ("a", 2, 50)):
        store.put(delivery(name, received, due_ms=due))

    assert [store.oldest_due(now) for now in (49, 50, 60)] == [None, 2, 1]
    assert [one.id for one in store.lease_due(60, 70, "w", 9)] == ["waits", "a", "b"]
    assert store.oldest_due(69) is None


def test_a_finished_delivery_is_never_due_and_keeps_its_answer(store: Deliveries) -> None:
    store.put(delivery())

    assert store.finish(delivery(), State.PUBLISHED, 2_000, answer={"status": 200})

    found = store.get("d-1")
    assert found is not None
    assert (found.state, found.answer, found.attempts, found.lease, found.due_ms) == (
        State.PUBLISHED,
        {"status": 200},
        1,
        None,
        None,
    )
    assert store.lease_due(10**15, 10**15, "w", 10) == []


def test_documents_that_a_try_has_made_stay_for_all_later_ones(store: Deliveries) -> None:
    made = {"a/0": {"documentId": "doc-1", "metadata": {"fileName": "ü.txt"}}}
    store.put(delivery())
    store.postpone(delivery(), 20_000, error="away", documents=made)
    store.lease_due(20_000, 30_000, "second", 1)
    store.postpone(delivery(lease="second"), 40_000, error="away")
    assert store.reopen(delivery(lease="third", due_ms=60_000), 50_000)

    found = store.get("d-1")
    assert found is not None
    assert found.documents == made

    store.finish(delivery(lease="third"), State.PUBLISHED, 60_000, answer=None)
    store.expire(60_000 + KEEP_FINISHED_MS)
    new = delivery(received_ms=60_000 + KEEP_FINISHED_MS)
    assert store.put(new) is None
    assert store.get("d-1") == new


def test_whoever_lost_the_lease_can_neither_finish_nor_postpone(store: Deliveries) -> None:
    store.put(delivery(due_ms=0))
    store.lease_due(1, 100, "second", 1)

    assert not store.finish(delivery(), State.DEAD, 2, answer=None)
    assert not store.postpone(delivery(), 5, error="late")
    assert store.get("d-1") == delivery(due_ms=100, lease="second")


def test_a_postponed_delivery_counts_the_attempt_and_is_due_later(store: Deliveries) -> None:
    store.put(delivery())

    assert store.postpone(delivery(), 50_000, error="engine away")

    assert store.lease_due(49_999, 60_000, "w", 1) == []
    [found] = store.lease_due(50_000, 60_000, "w", 1)
    assert (found.attempts, found.error) == (1, "engine away")


@pytest.mark.parametrize("state", [State.REFUSED, State.DEAD])
def test_the_senders_repeat_takes_what_was_never_published_with_its_new_payload(
    store: Deliveries, state: State
) -> None:
    store.put(delivery())
    store.finish(delivery(), state, 2_000, answer={"status": 422}, error="no key")
    repeat = delivery(payload={"n": 2}, lease="second", due_ms=30_000)

    assert store.reopen(repeat, 20_000)

    found = store.get("d-1")
    assert found is not None
    assert (found.state, found.payload, found.lease, found.expires_ms) == (State.PENDING, {"n": 2}, "second", None)


def test_a_repeat_cannot_take_what_is_published_or_in_somebodys_hands(store: Deliveries) -> None:
    store.put(delivery(due_ms=10_000))
    assert not store.reopen(delivery(lease="second"), 9_999)
    assert store.reopen(delivery(lease="second", due_ms=20_000), 10_000)

    store.finish(delivery(lease="second"), State.PUBLISHED, 11_000, answer=None)
    assert not store.reopen(delivery(lease="third"), 99_000)


@pytest.mark.parametrize("state", [State.PUBLISHED, State.REFUSED, State.DEAD])
def test_replay_makes_anything_due_at_once(store: Deliveries, state: State) -> None:
    store.put(delivery())
    store.finish(delivery(), state, 2_000, answer=None)

    assert store.replay("d-1", 3_000)

    assert [one.id for one in store.lease_due(3_000, 4_000, "w", 1)] == ["d-1"]
    assert not store.replay("d-1", 3_500)
    assert not store.replay("unknown", 3_500)


def test_finished_deliveries_say_when_they_expire_and_others_never_do(store: Deliveries) -> None:
    ends = {}
    for state in (State.PUBLISHED, State.REFUSED, State.DEAD):
        store.put(delivery(state))
        store.finish(delivery(state), state, 1_000, answer=None)
        ends[state] = (found := store.get(state)) and found.expires_ms

    assert KEEP_FINISHED_MS == 604_800_000
    assert ends == {State.PUBLISHED: 604_801_000, State.REFUSED: 604_801_000, State.DEAD: None}


def test_what_was_replayed_does_not_expire(store: Deliveries) -> None:
    store.put(delivery())
    store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)
    store.replay("d-1", 2_000)

    assert (found := store.get("d-1")) is not None
    assert found.expires_ms is None


def test_a_body_over_32_kb_is_kept_like_any_other(store: Deliveries) -> None:
    large = delivery(payload={"text": os.urandom(33_000).hex()}, due_ms=0)
    store.put(large)

    assert store.get("d-1") == large
    [leased] = store.lease_due(1, 50_000, "second", 10)
    assert leased.payload == large.payload
    assert store.finish(leased, State.REFUSED, 2, answer=None)
    assert store.reopen(delivery(payload={"small": True}), 3)
    assert (found := store.get("d-1")) is not None
    assert found.payload == {"small": True}
    assert [one.payload for one in store.newest()] == [{"small": True}]


def test_a_crash_between_recording_and_publishing_loses_nothing(store: Deliveries) -> None:
    store.put(delivery(received_ms=1_000, due_ms=31_000))  # and nobody comes back for it

    [found] = store.lease_due(31_000, 60_000, "redelivery", 10)

    assert found.payload == delivery().payload
    assert store.finish(found, State.PUBLISHED, 32_000, answer={"status": 202})
    assert store.put(delivery(lease="a repeat")) == store.get("d-1")


def test_sqlite_deletes_what_has_expired(tmp_path: Path) -> None:
    with SqliteDeliveries(tmp_path / "d.db") as store:
        for state in (State.PUBLISHED, State.REFUSED, State.DEAD):
            store.put(delivery(state))
            store.finish(delivery(state), state, 1_000, answer=None)
        store.put(delivery("unfinished"))

        assert store.expire(604_801_000 - 1) == 0
        assert store.expire(604_801_000) == 2
        assert {one.id for one in store.newest()} == {"dead", "unfinished"}


def test_the_newest_come_first_and_can_be_chosen_by_state(store: Deliveries) -> None:
    for name, received in (("a", 1), ("b", 2), ("c", 3)):
        store.put(delivery(name, received))
    store.finish(delivery("b"), State.DEAD, 5, answer=None)

    assert [one.id for one in store.newest()] == ["c", "b", "a"]
    assert [one.id for one in store.newest(limit=1)] == ["c"]
    assert [one.id for one in store.newest(state=State.DEAD)] == ["b"]


def test_of_many_threads_exactly_one_records_a_delivery(store: Deliveries) -> None:
    outcomes: list[bool] = []
    barrier = threading.Barrier(8)

    def record(number: int) -> None:
        barrier.wait(10)
        outcomes.append(store.put(delivery(lease=str(number))) is None)

    threads = [threading.Thread(target=record, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_sqlite_file_keeps_everything_when_it_is_opened_again(tmp_path: Path) -> None:
    with SqliteDeliveries(tmp_path / "d.db") as first:
        first.put(delivery())

    with SqliteDeliveries(tmp_path / "d.db") as second:
        assert second.get("d-1") == delivery()


def test_two_processes_may_share_one_sqlite_file(tmp_path: Path) -> None:
    with SqliteDeliveries(tmp_path / "d.db") as one, SqliteDeliveries(tmp_path / "d.db") as other:
        one.put(delivery(due_ms=0))

        assert len(other.lease_due(1, 100, "other", 10)) == 1
        assert one.lease_due(1, 100, "one", 10) == []


def test_a_failing_write_leaves_no_transaction_open(tmp_path: Path) -> None:
    with SqliteDeliveries(tmp_path / "d.db") as store:
        with pytest.raises(TypeError):
            store.put(delivery(payload={"not json": object()}))

        assert store.put(delivery()) is None


def test_a_new_file_is_for_its_owner_only_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    new, old = tmp_path / "new.sqlite", tmp_path / "old.sqlite"
    old.touch(0o640)
    for file in (new, old):
        with SqliteDeliveries(file) as store:
            store.put(delivery())
            modes = {one.stat().st_mode & 0o777 for one in tmp_path.glob(f"{file.name}*")}
            assert modes == {0o600 if file is new else 0o640}
