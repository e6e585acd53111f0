"""Vendors' signature schemes: published vectors, both directions, rotation, time, and everything that is refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_sdk.errors import ConnectorInputError, WebhookError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.inbound.signatures.scheme import VendorScheme
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.inbound.signatures.standard_webhooks import StandardWebhooks
from connector_sdk.inbound.signatures.stripe import StripeSignature
from connector_sdk.inbound.signatures.twilio import TwilioSignature

NOW = 1_700_000_000_000
SECRETS = {"standard-webhooks": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "c2Vjb25kIHNlY3JldA==")}
"""Base64 where a scheme wants it; any text does for the others."""
TIMED = ("standard-webhooks", "stripe", "slack")
SLACK_COMMAND = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
    b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def scheme(name: str) -> VendorScheme:
    return SCHEMES[name](SECRETS.get(name, ("first", "second"))[0])


def rotated(name: str) -> VendorScheme:
    """The scheme after its secret was changed; the old one still counts."""
    first, second = SECRETS.get(name, ("first", "second"))
    return SCHEMES[name](second, first)


def refused(by: VendorScheme, request: WebhookRequest) -> bool:
    """Whether the request is refused with 401; any other failure fails the test."""
    try:
        by.verify(request)
    except WebhookError as error:
        refusal = error
    else:
        return False
    assert refusal.status == 401
    assert refusal.reason.startswith("Reason: INVALID_SIGNATURE. Details: ")
    return True


def post(body: bytes, headers: Mapping[str, str] | None = None, **changes: Any) -> WebhookRequest:
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    plain: dict[str, Any] = {"url": "https://hooks.acme.test/inbound/orders", "received_ms": NOW}
    return WebhookRequest("POST", "/inbound/orders", body, lower, **(plain | changes))


def form(fields: Mapping[str, str], **changes: Any) -> WebhookRequest:
    return post(urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"}, **changes)


def signed(by: VendorScheme, request: WebhookRequest) -> WebhookRequest:
    """The request as its sender sends it. Twilio's address carries a digest of a body that is no form."""
    if isinstance(by, TwilioSignature) and request.body and request.media_type == "":
        request = replace(request, query=f"bodySHA256={sha256(request.body).hexdigest()}")
    added = {name.lower(): value for name, value in by.sign(request).items()}
    return replace(request, headers={**request.headers, **added})


def test_githubs_published_vector() -> None:
    header = {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
    by = GitHubSignature("It's a Secret to Everybody")

    assert not refused(by, post(b"Hello, World!", header))
    assert by.sign(post(b"Hello, World!")) == header
    assert refused(by, post(b"Hello, World?", header))


def test_slacks_published_vector() -> None:
    by = SlackSignature("8f742231b10e8888abcd99yyyzzz85a5")
    header = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    then = post(SLACK_COMMAND, header, received_ms=1_531_420_618_000)

    assert not refused(by, then)
    assert by.sign(then) == header


@pytest.mark.parametrize(
    ("caller", "signature"),
    [("14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("14158675310", "GvWf1cFY/Q7PnoempGyD5oXAezc=")],
)
def test_twilios_published_vectors(caller: str, signature: str) -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": f"+{caller}",
        "Digits": "1234",
        "From": f"+{caller}",
        "To": "+18005551212",
    }
    request = form(fields, url="https://mycompany.com/myapp.php", query="foo=1&bar=2")
    with_signature = replace(request, headers={**request.headers, "x-twilio-signature": signature})

    assert not refused(TwilioSignature("12345"), with_signature)
    assert refused(TwilioSignature("12345"), replace(with_signature, query="foo=1&bar=3"))
    assert TwilioSignature("12345").sign(request) == {"X-Twilio-Signature": signature}


def test_standard_webhooks_published_vector() -> None:
    by = StandardWebhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    header = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    then = post(b'{"test": 2432232314}', header, received_ms=1_614_265_330_000)

    assert not refused(by, then)
    assert by.sign(then) == header
    svix = {name.replace("webhook", "svix"): value for name, value in header.items()}
    assert not refused(by, replace(then, headers=svix))
    assert by.delivery_id(then) == "msg_p5jXN8AQM9LWM0D4loKWxJek" == by.delivery_id(replace(then, headers=svix))


def test_a_signature_of_stripe_by_hand() -> None:
    # Of its own secret: Stripe publishes no vector.
    request = post(b'{"id":"evt_1"}', {"stripe-signature": "t=1700000000,v1=" + STRIPE_HEX + ",v0=00"})

    assert not refused(StripeSignature("whsec_test"), request)
    assert refused(StripeSignature("whsec_test"), post(b'{"id":"evt_1"}', {"stripe-signature": f"v1={STRIPE_HEX}"}))


STRIPE_HEX = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"


@pytest.mark.parametrize("name", SCHEMES)
@settings(deadline=None)
@given(body=st.binary(max_size=200), flip=st.integers(min_value=0))
def test_what_is_signed_is_accepted_and_one_changed_bit_is_not(name: str, body: bytes, flip: int) -> None:
    request = signed(scheme(name), post(body))

    assert not refused(scheme(name), request)
    if body and name != "gitlab":  # whose token signs nothing
        changed = bytearray(body)
        changed[flip // 8 % len(body)] ^= 1 << flip % 8
        assert refused(scheme(name), replace(request, body=bytes(changed)))


@pytest.mark.parametrize("name", SCHEMES)
def test_either_secret_counts_while_a_secret_is_changed(name: str) -> None:
    old, new = signed(scheme(name), post(b"{}")), signed(rotated(name), post(b"{}"))

    assert not refused(rotated(name), old)
    assert not refused(rotated(name), new)
    if name in ("standard-webhooks", "stripe"):  # whose senders sign with both meanwhile
        assert not refused(scheme(name), new)
    else:
        assert refused(scheme(name), new)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_header_that_is_absent_empty_or_there_twice_is_refused(name: str) -> None:
    request = signed(scheme(name), post(b"{}"))

    for header in scheme(name).sign(post(b"{}")):
        lower = header.lower()
        rest = {other: value for other, value in request.headers.items() if other != lower}
        value = request.headers[lower]
        assert refused(scheme(name), replace(request, headers=rest))
        assert refused(scheme(name), replace(request, headers={**rest, lower: ""}))
        assert refused(scheme(name), replace(request, headers={**rest, lower: f"{value},{value}"}))
        assert refused(scheme(name), replace(request, repeated=frozenset({lower})))


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("seconds", "refusal"), [(0, False), (300, False), (-300, False), (301, True), (-301, True), (90_000, True)]
)
def test_a_timestamp_may_be_five_minutes_off_in_both_directions(name: str, seconds: int, refusal: bool) -> None:
    request = signed(scheme(name), post(b"{}"))

    assert refused(scheme(name), replace(request, received_ms=NOW + seconds * 1000)) is refusal


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("timestamp", ["x", "-1700000000", "1700000000.0", "1_700_000_000", "٠", " ", "9" * 400])
def test_a_timestamp_that_is_no_number_is_refused(name: str, timestamp: str) -> None:
    request = signed(scheme(name), post(b"{}"))
    headers = {key: value.replace("1700000000", timestamp) for key, value in request.headers.items()}

    assert refused(scheme(name), replace(request, headers=headers))


@pytest.mark.parametrize("name", SCHEMES)
@settings(deadline=None)
@given(headers=st.text(max_size=40), body=st.binary(max_size=40))
def test_any_text_in_the_headers_is_refused_and_breaks_nothing(name: str, headers: str, body: bytes) -> None:
    names = scheme(name).sign(post(b"{}"))

    assert refused(scheme(name), post(body, dict.fromkeys(names, headers)))


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("secrets", [(), ("",), ("c2VjcmV0", "")])
def test_an_empty_secret_is_refused(name: str, secrets: tuple[str, ...]) -> None:
    with pytest.raises(ConnectorInputError, match="the signature's secret is empty"):
        SCHEMES[name](*secrets)


@pytest.mark.parametrize(("secret", "reason"), [("whsec_", "is empty"), ("not Base64!", "is not Base64")])
def test_a_secret_of_standard_webhooks_has_to_be_base64(secret: str, reason: str) -> None:
    with pytest.raises(ConnectorInputError, match=reason):
        StandardWebhooks(secret)


@pytest.mark.parametrize("name", SCHEMES)
def test_no_scheme_shows_its_secret_when_it_is_printed(name: str) -> None:
    secret = SECRETS.get(name, ("top-secret",))[0]

    assert secret not in repr(SCHEMES[name](secret))


def test_slack_is_told_not_to_try_again() -> None:
    with pytest.raises(WebhookError) as refusal:
        SlackSignature("s").verify(post(b"{}"))

    assert refusal.value.headers == {"x-slack-no-retry": "1"}


def test_twilio_may_sign_the_address_with_or_without_its_port() -> None:
    plain = form({"Body": "hi"}, url="https://h.test/a", query="x=1")
    with_port = form({"Body": "hi"}, url="https://h.test:443/a", query="x=1")
    by = TwilioSignature("token")

    for sent, seen in [(plain, with_port), (with_port, plain)]:
        assert not refused(
            by, replace(seen, headers={**seen.headers, "x-twilio-signature": by.sign(sent)["X-Twilio-Signature"]})
        )


def test_a_body_of_twilio_that_is_no_form_needs_its_digest_in_the_address() -> None:
    by = TwilioSignature("token")
    request = post(b'{"a": 1}', {"content-type": "application/json"})

    assert refused(
        by,
        replace(request, headers={**request.headers, **{"x-twilio-signature": by.sign(request)["X-Twilio-Signature"]}}),
    )


@pytest.mark.parametrize(
    ("name", "request_", "expected"),
    [
        ("standard-webhooks", post(b"{}", {"webhook-id": "msg_1"}), "msg_1"),
        ("stripe", post(b'{"id": "evt_1"}'), "evt_1"),
        ("stripe", post(b'{"id": 5}'), None),
        ("stripe", post(b"no JSON"), None),
        ("github", post(b"", {"X-GitHub-Delivery": "72d3162e"}), "72d3162e"),
        ("shopify", post(b"", {"X-Shopify-Webhook-Id": "b54557e4"}), "b54557e4"),
        ("gitlab", post(b"{}", {"Idempotency-Key": "k", "X-Gitlab-Event-UUID": "e"}), "k"),
        ("gitlab", post(b"{}", {"X-Gitlab-Event-UUID": "e"}), "e:" + sha256(b"{}").hexdigest()),
        ("slack", post(b'{"type": "event_callback", "event_id": "Ev1"}'), "Ev1"),
        ("slack", post(SLACK_COMMAND), None),
        ("twilio", post(b"", {"I-Twilio-Idempotency-Token": "t"}), "t"),
        ("twilio", form({"MessageSid": "SM1", "MessageStatus": "sent"}), "SM1:sent"),
        ("twilio", form({"CallSid": "CA1", "CallStatus": "in-progress"}), None),
    ],
)
def test_each_scheme_knows_its_vendors_delivery_id(name: str, request_: WebhookRequest, expected: str | None) -> None:
    assert scheme(name).delivery_id(request_) == expected
    assert scheme(name).delivery_id(post(json.dumps([1]).encode())) is None
