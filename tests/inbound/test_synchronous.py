"""Senders who wait for what the process does: nothing is queued, and they hear when it fails."""

import json
from typing import Any

import pytest

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.stores import State
from tests.inbound.host import Webhook, catch_event, element

WAITS = {"synchronousResponse": "true"}
WEEK_MS = 604_800_000


def test_a_start_event_waits_for_the_end_of_its_instance_as_long_as_the_sender_does(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))

    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 5_000) == Answer(200)
    assert [(one["awaitCompletion"], one["requestTimeout"]) for one in webhook.told] == [(True, 20_000)]


def test_a_message_is_correlated_at_once_and_the_answer_can_name_the_instance(webhook: Webhook) -> None:
    webhook.deploy(
        catch_event(WAITS | {"inbound.responseExpression": "={body: string(correlation.processInstanceKey)}"})
    )

    answer = webhook.post({"id": "o-1"})

    assert answer.body == b"4503599627370497"
    assert [command["path"] for command in webhook.engine.commands] == ["/v2/messages/correlation"]
    assert webhook.told[0]["correlationKey"] == "o-1"


@pytest.mark.parametrize(
    ("engine", "status"),
    [
        ({"close": True}, 503),
        ({"status": 503}, 503),
        ({"status": 429}, 503),
        ({"status": 504}, 504),
        ({"status": 404}, 404),
        ({"status": 400}, 422),
        ({"status": 404, "rawBody": "<html/>"}, 503),
        ({"status": 500}, 503),
    ],
)
def test_what_the_engine_does_not_do_now_is_not_queued(webhook: Webhook, engine: dict[str, Any], status: int) -> None:
    webhook.deploy(catch_event(WAITS))
    webhook.engine.answers = [engine]

    answer = webhook.post({"id": "o-1"}, headers={"webhook-id": "d-1"})

    assert answer.status == status
    assert [one.state for one in webhook.store.newest()] == [State.REFUSED]
    assert list(webhook.store.lease_due(webhook.clock.time_ms() + WEEK_MS, 0, "redelivery", 1)) == []


UPLOADED = {"resultExpression": '={file: createDocument({content: "YQ==", fileName: "a.txt"})}'}


@pytest.mark.parametrize(
    ("wants", "status", "reason"),
    [
        (catch_event(WAITS), 404, "Nothing waits for this event"),
        (element(WAITS), 404, "The process of this webhook is not deployed any more"),
        (catch_event(WAITS | UPLOADED), 422, "The engine refuses this event"),
    ],
    ids=["correlating", "creating an instance", "creating a document"],
)
def test_what_the_engine_does_not_find_is_named(
    webhook: Webhook, wants: InboundElement, status: int, reason: str
) -> None:
    webhook.deploy(wants)
    webhook.engine.answers = [{"status": 404}]

    answer = webhook.post({"id": "o-1"})

    assert (answer.status, json.loads(answer.body)) == (status, {"reason": reason})


def test_an_event_that_comes_too_late_is_not_begun(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))

    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 25_000).status == 504
    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 24_999).status == 200
    assert len(webhook.told) == 1


def test_an_engine_that_is_away_until_the_time_is_over_is_a_time_out(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))
    webhook.engine.answers = [{"close": True}]
    webhook.engine.before = lambda: webhook.clock.advance(25_000)

    assert webhook.post({}).status == 504


def test_an_event_that_the_model_cannot_use_is_refused_as_ever(webhook: Webhook) -> None:
    webhook.deploy(catch_event(WAITS | {"correlationKeyExpression": "=request.body.missing"}))

    assert webhook.post({}).status == 422
    assert webhook.told == []
