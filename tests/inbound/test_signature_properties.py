"""How a model chooses a signature scheme, seen through the door."""

import json
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.schemes import SCHEMES
from functions.inbound.webhook.template import VENDORS
from tests.inbound.host import NOW, Webhook, catch_event, element

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = json.dumps({"id": "evt_1", "event_id": "evt_1"}).encode()


def chosen(scheme: str, **more: str) -> dict[str, str]:
    return {"inbound.signature.scheme": scheme, "inbound.signature.secret": SECRET} | {
        f"inbound.signature.{name}": value for name, value in more.items()
    }


def hmac_of_the_template(header: str) -> dict[str, str]:
    return {
        "inbound.shouldValidateHmac": "enabled",
        "inbound.hmacHeader": header,
        "inbound.hmacSecret": SECRET,
        "inbound.hmacAlgorithm": "sha_256",
        "inbound.hmacScopes": '=["body"]',
    }


def sent(webhook: Webhook, scheme: str, secret: str = SECRET, **changes: Any) -> int:
    """Send a request that the vendor signed; the status of the answer."""
    request = WebhookRequest(
        "POST", "/inbound/orders", BODY, url="https://h.test/inbound/orders", received_ms=webhook.clock.time_ms()
    )
    if scheme == "twilio":
        request = replace(request, body=b"a=1", headers={"content-type": "application/x-www-form-urlencoded"})
    headers = {name.lower(): value for name, value in SCHEMES[scheme](secret).sign(request).items()}
    plain: dict[str, Any] = {"headers": {**request.headers, **headers}, "url": request.url}
    return webhook.post(request.body, **(plain | changes)).status


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_chosen_by_name(webhook: Webhook, name: str) -> None:
    assert webhook.deploy(element(chosen(name))) == []

    assert sent(webhook, name) == 200
    assert sent(webhook, name, "b3RoZXI=") == 401
    assert len(webhook.told) == 1


@pytest.mark.parametrize("name", SCHEMES)
def test_the_secret_before_counts_while_it_is_there(webhook: Webhook, name: str) -> None:
    webhook.deploy(element(chosen(name, secret="bmV3", previousSecret=SECRET)))

    assert sent(webhook, name) == 200
    assert sent(webhook, name, "bmV3") == 200
    assert sent(webhook, name, "b3RoZXI=") == 401


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Stripe-Signature", "stripe"),
        ("webhook-signature", "standard-webhooks"),
        ("X-Gitlab-Token", "gitlab"),
        (" x-slack-signature ", "slack"),
        ("X-Shopify-Hmac-Sha256", "shopify"),
        ("X-Hub-Signature-256", "github"),
    ],
)
def test_the_header_of_the_generic_template_may_name_a_vendor(webhook: Webhook, header: str, name: str) -> None:
    assert webhook.deploy(element(hmac_of_the_template(header))) == []

    assert sent(webhook, name) == 200
    assert sent(webhook, name, "b3RoZXI=") == 401


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (
            chosen("Acme"),
            "property inbound.signature.scheme is 'Acme', it should be one of "
            "standard-webhooks, stripe, github, shopify, gitlab, twilio, slack",
        ),
        (chosen("stripe", secret=""), "the signature's secret is empty: without it anybody could sign"),
        (hmac_of_the_template("stripe-signature") | {"inbound.hmacSecret": ""}, "the signature's secret is empty"),
        (
            chosen("stripe") | hmac_of_the_template("x"),
            "inbound.signature.scheme and the template's HMAC are both there: choose one",
        ),
    ],
)
def test_a_signature_that_cannot_protect_is_refused_at_deployment(
    webhook: Webhook, properties: dict[str, str], reason: str
) -> None:
    [refusal] = webhook.deploy(element(properties))

    assert refusal.startswith(reason)
    assert webhook.post(b"{}").status == 404


def test_a_repeat_is_known_by_the_vendors_own_id(webhook: Webhook) -> None:
    webhook.deploy(catch_event(chosen("stripe")))

    assert sent(webhook, "stripe") == 200
    webhook.clock.advance(60_000)
    assert sent(webhook, "stripe") == 200
    assert [command["messageId"] for command in webhook.told] == ["orders:evt_1"]


@pytest.mark.parametrize(
    ("name", "age_ms", "status", "commands"),
    [
        ("slack", 2_299, 200, 1),
        ("slack", 2_300, 202, 0),
        ("shopify", 3_999, 200, 1),
        ("shopify", 4_000, 202, 0),
        ("stripe", 7_999, 200, 1),
        ("stripe", 8_000, 202, 0),
    ],
)
def test_the_engine_is_not_asked_when_the_sender_has_lost_its_patience(
    webhook: Webhook, name: str, age_ms: int, status: int, commands: int
) -> None:
    webhook.deploy(element(chosen(name)))

    assert sent(webhook, name, received_ms=NOW - age_ms) == status
    assert len(webhook.told) == commands


def test_the_template_offers_every_scheme() -> None:
    assert sorted(VENDORS) == sorted(SCHEMES)
