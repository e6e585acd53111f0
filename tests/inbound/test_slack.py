"""Slack at the door: challenge, events, slash commands, interactions."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from connector_sdk.errors import EngineUnreachable
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.slack import SlackSignature
from tests.inbound.host import NOW, Webhook, catch_event, element

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK = {
    "inbound.type": "io.camunda:slack-webhook:1",
    "inbound.slackSigningSecret": SECRET,
    "resultExpression": "={body: request.body, data: connectorData}",
}
TEMPLATES_HANDSHAKE = (
    '=if (body.type != null and body.type = "url_verification") '
    "then {body:{challenge:body.challenge}, statusCode: 200} else null"
)
EXECUTED = {"response_type": "ephemeral", "text": "Command executed"}
CHALLENGE = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1a"}
EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention", "text": "a & b"}}
COMMAND = {"command": "/order", "text": "5 = five & 100%", "user_id": "U1"}


def sent(webhook: Webhook, body: bytes, secret: str = SECRET, form: bool = False) -> Answer:
    request = WebhookRequest("POST", "/inbound/orders", body, received_ms=webhook.clock.time_ms())
    signed = {name.lower(): value for name, value in SlackSignature(secret).sign(request).items()}
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return webhook.post(body, headers={"content-type": kind, **signed})


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode()


@pytest.mark.parametrize("handshake", [{}, {"inbound.verificationExpression": TEMPLATES_HANDSHAKE}])
def test_a_challenge_is_answered_and_nothing_else_happens(webhook: Webhook, handshake: dict[str, str]) -> None:
    webhook.deploy(element(SLACK | handshake))

    answer = sent(webhook, as_json(CHALLENGE))

    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "3eZbrw1a"})
    assert webhook.told == []
    assert webhook.store.newest() == []


@pytest.mark.parametrize("body", [CHALLENGE, EVENT])
def test_whoever_does_not_know_the_secret_gets_401_and_is_told_not_to_try_again(
    webhook: Webhook, body: dict[str, Any]
) -> None:
    webhook.deploy(element(SLACK | {"inbound.verificationExpression": TEMPLATES_HANDSHAKE}))

    answer = sent(webhook, as_json(body), "another")

    assert answer.status == 401
    assert answer.headers["x-slack-no-retry"] == "1"
    assert webhook.told == []


def test_an_event_starts_the_process_and_its_repeat_does_not(webhook: Webhook) -> None:
    webhook.deploy(element(SLACK))

    assert sent(webhook, as_json(EVENT)) == Answer(200)
    assert sent(webhook, as_json(EVENT)) == Answer(200)
    assert [one["variables"] for one in webhook.told] == [{"body": EVENT, "data": {}}]


def test_an_events_id_is_the_messages_id(webhook: Webhook) -> None:
    webhook.deploy(catch_event(SLACK | {"correlationKeyExpression": "=request.body.event.type"}))

    sent(webhook, as_json(EVENT))

    assert [one["messageId"] for one in webhook.told] == ["orders:Ev1"]


def test_a_slash_command_is_acknowledged_as_executed(webhook: Webhook) -> None:
    webhook.deploy(element(SLACK))

    answer = sent(webhook, urlencode(COMMAND).encode(), form=True)

    assert (answer.status, json.loads(answer.body)) == (200, EXECUTED)
    assert [one["variables"] for one in webhook.told] == [{"body": COMMAND, "data": COMMAND}]


def test_two_equal_commands_are_two_events(webhook: Webhook) -> None:
    webhook.deploy(element(SLACK))

    for _ in range(2):
        sent(webhook, urlencode(COMMAND).encode(), form=True)

    assert len(webhook.told) == 2


def test_an_interaction_is_the_json_in_its_field_and_is_acknowledged_without_a_body(webhook: Webhook) -> None:
    webhook.deploy(element(SLACK))
    interaction = {"type": "block_actions", "actions": [{"value": "a+b&c=d%"}]}

    assert sent(webhook, urlencode({"payload": json.dumps(interaction)}).encode(), form=True) == Answer(200)
    assert [one["variables"] for one in webhook.told] == [{"body": interaction, "data": {}}]


def test_the_models_own_answer_comes_before_ours(webhook: Webhook) -> None:
    webhook.deploy(element(SLACK | {"inbound.responseExpression": '={body: {text: "order " + connectorData.text}}'}))

    answer = sent(webhook, urlencode({**COMMAND, "text": "5"}).encode(), form=True)

    assert json.loads(answer.body) == {"text": "order 5"}


@pytest.mark.parametrize(
    ("body", "form", "expected"),
    [(urlencode(COMMAND).encode(), True, EXECUTED), (as_json(EVENT), False, None)],
)
def test_slack_gets_its_200_when_the_engine_is_away(
    webhook: Webhook, body: bytes, form: bool, expected: object
) -> None:
    def away() -> None:
        raise EngineUnreachable("away")

    webhook.deploy(element(SLACK))
    webhook.engine.before = away

    answer = sent(webhook, body, form=form)

    assert answer.status == 200
    assert json.loads(answer.body or "null") == expected
    assert [one.due_ms for one in webhook.store.newest()] == [NOW + 5_000]


@pytest.mark.parametrize(
    ("body", "form"), [(b"[]", False), (b"x", False), (b'"x"', False), (urlencode({"payload": "x"}).encode(), True)]
)
def test_what_slack_never_sends_is_400(webhook: Webhook, body: bytes, form: bool) -> None:
    webhook.deploy(element(SLACK))

    assert sent(webhook, body, form=form).status == 400


def test_an_empty_signing_secret_is_refused_at_deployment(webhook: Webhook) -> None:
    assert webhook.deploy(element(SLACK | {"inbound.slackSigningSecret": ""})) == [
        "the signature's secret is empty: without it anybody could sign"
    ]
