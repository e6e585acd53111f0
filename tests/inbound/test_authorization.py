"""Who may call a webhook that asks for credentials."""

import base64
import json

import pytest

from tests.inbound.host import Webhook, element

BASIC = {"inbound.auth.type": "BASIC", "inbound.auth.username": "ann", "inbound.auth.password": "pä:ss"}
KEY = {"inbound.auth.type": "APIKEY", "inbound.auth.apiKey": "{{secrets.KEY}}"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (basic("ann:pä:ss"), 200),
        (basic("ann:pä:ss").replace("Basic", "basic"), 200),
        (basic("ann:wrong"), 401),
        (basic("ann"), 401),
        (basic("ann:pä:ss").replace("Basic", "Bearer"), 401),
        ("Basic %%%", 401),
        ("Basic", 401),
        (None, 401),
    ],
)
def test_basic_credentials_open_the_webhook_and_nothing_else_does(
    webhook: Webhook, header: str | None, status: int
) -> None:
    webhook.deploy(element(BASIC))

    answer = webhook.post({}, headers={"authorization": header} if header else {})

    assert answer.status == status
    if status == 401:
        assert json.loads(answer.body) == {"reason": "Reason: INVALID_CREDENTIALS. Details: Invalid credentials"}


@pytest.mark.parametrize(
    ("locator", "headers", "body", "status"),
    [
        (None, {"authorization": "Bearer k-1"}, {}, 200),
        (None, {"authorization": "k-1"}, {}, 401),
        (None, {}, {}, 401),
        ("=request.body.key", {}, {"key": "k-1"}, 200),
        ("=request.body.key", {}, {"key": 1}, 401),
        ('=get value(request.headers, "x-key")', {"x-key": "k-1"}, {}, 200),
        ("=1 +", {}, {}, 401),
    ],
)
def test_an_api_key_is_taken_from_where_the_model_says(
    webhook: Webhook, locator: str | None, headers: dict[str, str], body: dict[str, object], status: int
) -> None:
    webhook.deploy(element(KEY | ({"inbound.auth.apiKeyLocator": locator} if locator else {})))

    assert webhook.post(body, headers=headers).status == status


def test_without_authorization_everybody_may_call(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.auth.type": "NONE"}))

    assert webhook.post({}).status == 200


@pytest.mark.parametrize("missing", ["inbound.auth.username", "inbound.auth.password"])
def test_credentials_that_the_model_forgot_are_refused_at_deployment(webhook: Webhook, missing: str) -> None:
    [reason] = webhook.deploy(element(BASIC | {missing: ""}))

    assert reason == f"{missing} is empty: without it anybody could log in"


def test_an_empty_api_key_is_refused_at_deployment(webhook: Webhook) -> None:
    assert webhook.deploy(element(KEY | {"inbound.auth.apiKey": ""})) == [
        "inbound.auth.apiKey is empty: without it anybody could log in"
    ]
