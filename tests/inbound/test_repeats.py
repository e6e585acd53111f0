"""What is a repeat and what is not: only the sender's own id says so. On every deliveries store."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from connector_sdk.inbound.answers import Answer
from connector_sdk.stores import Deliveries, State
from connector_sdk.stores.sqlite import SqliteDeliveries
from tests.inbound.host import Webhook, catch_event, element


@pytest.fixture(params=["sqlite", "dynamodb"])
def webhook(request: pytest.FixtureRequest) -> Iterator[Webhook]:
    opened: AbstractContextManager[Deliveries] = (
        SqliteDeliveries(":memory:") if request.param == "sqlite" else request.getfixturevalue("aws").deliveries()
    )
    with opened as store:
        yield Webhook(store)


def test_without_an_id_two_equal_bodies_are_two_events(webhook: Webhook) -> None:
    webhook.deploy(element({}))

    webhook.post({"n": 1})
    webhook.post({"n": 1})

    assert len(webhook.told) == 2
    assert [one.state for one in webhook.store.newest()] == [State.PUBLISHED] * 2


def test_a_repeat_of_a_published_delivery_gets_the_stored_answer_and_does_nothing(webhook: Webhook) -> None:
    webhook.deploy(
        element({"inbound.responseExpression": "={statusCode: 201, body: {n: request.body.n}, headers: {a: 1}}"})
    )
    first = webhook.post({"n": 1}, headers={"x-github-delivery": "d-1"})

    second = webhook.post({"n": 2}, headers={"x-github-delivery": "d-1"})

    assert first == second == Answer(201, {"a": "1", "content-type": "application/json"}, b'{"n": 1}')
    assert len(webhook.told) == 1


def test_a_redelivery_after_a_422_is_tried_again(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    headers = {"x-github-delivery": "d-1"}

    assert webhook.post({}, headers=headers).status == 422
    assert [one.state for one in webhook.store.newest()] == [State.REFUSED]

    assert webhook.post({"id": "o-1"}, headers=headers).status == 200
    assert [one["correlationKey"] for one in webhook.told] == ["o-1"]


def test_a_repeat_of_what_a_sender_waited_for_gets_the_answer_of_the_first(webhook: Webhook) -> None:
    webhook.deploy(element({"synchronousResponse": "true"} | {"inbound.responseExpression": "={body: request.body.n}"}))

    first = webhook.post({"n": 1}, headers={"webhook-id": "d-1"})
    assert webhook.post({"n": 2}, headers={"webhook-id": "d-1"}) == first
    assert webhook.post({"n": 3}).body == b"3"
    assert len(webhook.told) == 2


WAITED_FOR = {"webhook-id": "d-1"}


def test_a_repeat_while_the_first_request_still_waits_starts_nothing(webhook: Webhook) -> None:
    webhook.deploy(element({"synchronousResponse": "true"}))
    repeats: list[Answer] = []

    def repeat() -> None:
        if not repeats:
            repeats.append(webhook.post({}, headers=WAITED_FOR))

    webhook.engine.before = repeat

    assert webhook.post({}, headers=WAITED_FOR).status == 200
    assert [one.status for one in repeats] == [409]
    assert webhook.post({}, headers=WAITED_FOR).status == 200
    assert len(webhook.told) == 1


def test_what_a_sender_waited_for_in_vain_is_tried_again_with_the_repeat(webhook: Webhook) -> None:
    webhook.deploy(element({"synchronousResponse": "true"}))
    webhook.engine.answers = [{"status": 503}, {}]

    assert webhook.post({}, headers=WAITED_FOR).status == 503
    assert webhook.post({}, headers=WAITED_FOR).status == 200
    assert [one.state for one in webhook.store.newest()] == [State.PUBLISHED]


def test_a_repeat_may_try_again_once_a_request_that_died_can_no_longer_be_working(webhook: Webhook) -> None:
    webhook.deploy(element({"synchronousResponse": "true"}))

    def die() -> None:
        raise KeyboardInterrupt

    webhook.engine.before = die
    with pytest.raises(KeyboardInterrupt):
        webhook.post({}, headers=WAITED_FOR)
    webhook.engine.before = lambda: None

    webhook.clock.advance(46_000)
    assert webhook.post({}, headers=WAITED_FOR).status == 409
    assert list(webhook.store.lease_due(webhook.clock.time_ms() + 3_600_000, 0, "redelivery", 1)) == []
    webhook.clock.advance(2_000)
    assert webhook.post({}, headers=WAITED_FOR).status == 200
