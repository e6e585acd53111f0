"""What did not reach the engine at once reaches it later, once, oldest first."""

import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.errors import EngineUnreachable
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import backoff_ms
from connector_sdk.stores import State
from functions.runtime.redelivery import Redelivery, Round
from functions.runtime.redelivery.redelivery import BATCH, LEASE_MS, MAX_AGE_MS
from tests.inbound.host import NOW, Webhook, catch_event, element

AWAY: dict[str, Any] = {"close": True}
BACK: dict[str, Any] = {}


class Engine:
    """The webhook's engine with a probe that can fail."""

    def __init__(self, webhook: Webhook) -> None:
        self.within = webhook.engine.within
        self.publish_message = webhook.engine.publish_message
        self.create_instance = webhook.engine.create_instance
        self.correlate_message = webhook.engine.correlate_message
        self.create_document = webhook.engine.create_document
        self.has_business_ids = webhook.engine.has_business_ids
        self.search = webhook.engine.search
        self.away = False
        self.probes = 0
        self.probed = threading.Event()

    def topology(self) -> dict[str, Any]:
        self.probes += 1
        self.probed.set()
        if self.away:
            raise EngineUnreachable("no engine")
        return {}


def redelivery(webhook: Webhook, engine: Engine | None = None) -> Redelivery:
    return Redelivery(webhook.store, engine or Engine(webhook), clock=webhook.clock)


def states(webhook: Webhook) -> list[State]:
    return [one.state for one in webhook.store.newest()]


def test_what_waited_is_published_oldest_first_with_the_ids_it_had(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    webhook.engine.answers = [AWAY]
    for number in range(3):
        webhook.post({"id": f"o-{number}"}, headers={"x-github-delivery": f"d-{number}"})
        webhook.clock.advance(1)
    webhook.engine.commands.clear()
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)

    assert redelivery(webhook).round() == Round(Counter({State.PUBLISHED: 3}))

    assert [(one["correlationKey"], one["messageId"]) for one in webhook.told] == [
        ("o-0", "orders:d-0"),
        ("o-1", "orders:d-1"),
        ("o-2", "orders:d-2"),
    ]
    assert states(webhook) == [State.PUBLISHED] * 3


def test_of_a_hundred_deliveries_while_the_engine_was_away_every_one_has_exactly_one_effect(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    webhook.engine.answers = [AWAY]
    for number in [*range(80), *range(20)]:
        answer = webhook.post({"id": f"o-{number}"}, headers={"webhook-id": f"d-{number}"})
        assert answer.accepted
    webhook.engine.commands.clear()
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)

    redelivery(webhook).round()

    assert sorted(one["correlationKey"] for one in webhook.told) == sorted(f"o-{number}" for number in range(80))


def test_an_engine_that_is_away_costs_one_probe_and_no_attempts(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY]
    webhook.post({})
    webhook.engine.commands.clear()
    webhook.clock.advance(5_000)
    engine = Engine(webhook)
    engine.away = True

    summary = redelivery(webhook, engine).round()

    assert summary.engine_away == "no engine"
    assert (engine.probes, webhook.told) == (1, [])
    assert [one.attempts for one in webhook.store.newest()] == [1]


def waiting(webhook: Webhook, count: int) -> None:
    """So many deliveries that are due."""
    webhook.deploy(catch_event({}))
    webhook.engine.answers = [AWAY]
    for number in range(count):
        webhook.post({"id": f"o-{number}"})
        webhook.clock.advance(1)
    webhook.engine.commands.clear()
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)


def test_an_engine_that_goes_away_within_a_round_costs_one_attempt_and_ends_the_round(webhook: Webhook) -> None:
    waiting(webhook, 4)
    webhook.engine.answers = [BACK, AWAY]

    summary = redelivery(webhook).round()

    assert summary == Round(Counter({State.PUBLISHED: 1}), 1, 0, "the recorded engine gave no readable answer")
    assert [one.attempts for one in webhook.store.newest()] == [1, 1, 2, 2]
    assert len(webhook.told) == 2


def test_what_the_round_left_comes_back_when_its_lease_runs_out(webhook: Webhook) -> None:
    waiting(webhook, 2)
    webhook.engine.answers = [AWAY]
    redelivery(webhook).round()

    webhook.engine.answers = [BACK]
    webhook.clock.advance(LEASE_MS)

    assert redelivery(webhook).round().states == {State.PUBLISHED: 2}


@pytest.mark.parametrize(("slow_ms", "tried"), [(LEASE_MS - 30_000, 2), (LEASE_MS - 29_999, 1)])
def test_nothing_is_tried_that_has_less_than_thirty_seconds_of_its_lease_left(
    webhook: Webhook, slow_ms: int, tried: int
) -> None:
    waiting(webhook, 2)
    slowness = [0, slow_ms]
    webhook.engine.before = lambda: webhook.clock.advance(slowness.pop())

    assert redelivery(webhook).round().states == {State.PUBLISHED: tried}
    assert len(webhook.told) == tried


def test_a_delivery_whose_lease_somebody_else_has_is_not_counted(webhook: Webhook) -> None:
    waiting(webhook, 1)

    def taken() -> None:
        webhook.engine.before = lambda: None
        webhook.clock.advance(LEASE_MS)
        now = webhook.clock.time_ms()
        assert len(webhook.store.lease_due(now, now + LEASE_MS, "somebody else", 1)) == 1

    webhook.engine.before = taken

    assert redelivery(webhook).round() == Round()


def test_a_delivery_whose_body_has_expired_is_dead_and_says_so(webhook: Webhook) -> None:
    waiting(webhook, 1)
    [found] = webhook.store.newest()
    webhook.store.reopen(replace(found, element={}, payload={}, lease=None), webhook.clock.time_ms())

    assert redelivery(webhook).round().states == {State.DEAD: 1}
    assert [one.error for one in webhook.store.newest()] == ["its body has expired in the bucket"]


def test_the_wait_doubles_from_five_seconds_to_fifteen_minutes() -> None:
    assert [backoff_ms(attempts) for attempts in (0, 1, 2, 7, 8, 1_000)] == [
        5_000,
        10_000,
        20_000,
        640_000,
        900_000,
        900_000,
    ]


def test_a_delivery_is_tried_again_only_when_it_is_due(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY]
    webhook.post({})

    webhook.clock.advance(4_999)
    assert redelivery(webhook).round() == Round()
    webhook.clock.advance(1)
    assert redelivery(webhook).round().postponed == 1
    assert [one.due_ms for one in webhook.store.newest()] == [NOW + 5_000 + 10_000]


def test_a_function_that_died_between_recording_and_publishing_loses_nothing(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    webhook.engine.before = die
    with pytest.raises(Killed):
        webhook.post({"id": "o-1"})
    webhook.engine.before = lambda: None

    webhook.clock.advance(29_999)
    assert redelivery(webhook).round() == Round()
    webhook.clock.advance(1)
    redelivery(webhook).round()

    assert states(webhook) == [State.PUBLISHED]
    assert len(webhook.told) == 1


def test_a_message_that_was_published_before_the_function_died_is_known_by_its_id(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    webhook.engine.answers = [AWAY, {"status": 409}]
    webhook.post({"id": "o-1"})
    webhook.clock.advance(5_000)

    assert redelivery(webhook).round().states == {State.PUBLISHED: 1}
    first, second = webhook.told
    assert first["messageId"] == second["messageId"] != ""


@pytest.mark.parametrize(("age", "state"), [(MAX_AGE_MS - 1, State.PENDING), (MAX_AGE_MS, State.DEAD)])
def test_a_delivery_that_waited_too_long_is_dead_and_says_why(webhook: Webhook, age: int, state: State) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY]
    webhook.post({})
    webhook.clock.advance(age)

    redelivery(webhook).round()

    assert states(webhook) == [state]
    [left] = webhook.store.newest()
    assert (left.error or "").startswith("too old" if state is State.DEAD else "the recorded engine")


def test_a_permanent_refusal_is_dead_and_a_replay_brings_it_back(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY, {"status": 404}, BACK]
    webhook.post({})
    webhook.clock.advance(5_000)
    assert redelivery(webhook).round().states == {State.DEAD: 1}

    [dead] = webhook.store.newest()
    assert webhook.store.replay(dead.id, webhook.clock.time_ms())

    assert redelivery(webhook).round().states == {State.PUBLISHED: 1}


def test_an_event_that_the_model_cannot_use_stays_refused_when_it_is_replayed(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    assert webhook.post({}).status == 422
    [refused] = webhook.store.newest()
    webhook.store.replay(refused.id, webhook.clock.time_ms())

    assert redelivery(webhook).round().states == {State.REFUSED: 1}


def test_more_than_one_batch_is_done_in_one_round(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY]
    for _ in range(BATCH + 1):
        webhook.post({})
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)

    assert redelivery(webhook).round().states == {State.PUBLISHED: BATCH + 1}


def test_a_round_deletes_what_has_expired(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.post({})
    webhook.clock.advance(7 * 24 * 3600 * 1000)

    assert redelivery(webhook).round().expired == 1
    assert webhook.store.newest() == []


def test_a_repeat_of_what_redelivery_published_is_accepted_without_a_second_effect(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    headers = {"x-github-delivery": "d-1"}
    webhook.engine.answers = [AWAY, BACK]
    webhook.post({"id": "o-1"}, headers=headers)
    webhook.clock.advance(5_000)
    redelivery(webhook).round()

    assert webhook.post({"id": "o-1"}, headers=headers) == Answer(202)
    assert len(webhook.told) == 2


def test_a_delivery_that_fails_oddly_is_put_off_and_those_behind_it_are_published(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [AWAY]
    webhook.post({})
    webhook.post({})
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)
    failures = [ValueError("odd \ud800")]

    def fail_once() -> None:
        if failures:
            raise failures.pop()

    webhook.engine.before = fail_once

    summary = redelivery(webhook).round()

    assert (summary.states, summary.postponed) == ({State.PUBLISHED: 1}, 1)
    assert {one.error for one in webhook.store.newest()} == {"ValueError: odd ?", None}


def test_started_in_a_thread_it_runs_until_it_is_stopped(webhook: Webhook) -> None:
    engine = Engine(webhook)
    running = redelivery(webhook, engine)

    running.start(every_seconds=0.001)
    assert engine.probed.wait(10)
    running.stop()

    probes = engine.probes
    assert probes >= 1


@pytest.mark.parametrize(
    ("properties", "headers", "query"),
    [
        ({}, {"authorization": "Bearer s3cret", "cookie": "s3cret", "X-Gitlab-Token": "s3cret"}, ""),
        ({"inbound.auth.type": "APIKEY", "inbound.auth.apiKey": "s3cret"}, {"authorization": "Bearer s3cret"}, ""),
        (
            {
                "inbound.auth.type": "APIKEY",
                "inbound.auth.apiKey": "s3cret",
                "inbound.auth.apiKeyLocator": '=get value(request.headers, "x-acme")',
            },
            {"x-acme": "s3cret", "x-acme-signature": "sha256=1"},
            "key=s3cret&page=1",
        ),
    ],
)
def test_credentials_are_not_written_down_and_the_event_is_redelivered_all_the_same(
    webhook: Webhook, properties: dict[str, str], headers: dict[str, str], query: str
) -> None:
    webhook.deploy(catch_event(properties | {"resultVariable": "event"}))
    webhook.engine.answers = [AWAY]
    assert webhook.post({"id": "o-1"}, headers=headers, query=query).accepted

    (stored,) = webhook.store.newest()
    assert "s3cret" not in str(stored.payload)
    assert stored.payload["request"]["headers"]["content-type"] == "application/json"
    assert stored.payload["request"]["headers"].get("x-acme-signature") in (None, "sha256=1")
    webhook.engine.answers = [BACK]
    webhook.clock.advance(5_000)
    assert redelivery(webhook).round() == Round(Counter({State.PUBLISHED: 1}))
    assert webhook.told[-1]["variables"]["event"]["request"]["body"] == {"id": "o-1"}
