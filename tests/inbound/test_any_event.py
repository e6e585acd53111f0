"""Whatever a function is invoked with, it answers from the table: events with holes, wrong types, odd encodings."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector_sdk.errors import AwsUnreachable
from connector_sdk.inbound.handler import answering, handler_for
from connector_sdk.inbound.limits import MAX_HEADERS
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.stores.sqlite import SqliteDeliveries
from tests.inbound.host import SECRETS, Webhook, element

PLAIN: dict[str, Any] = {
    "version": "2.0",
    "routeKey": "ANY /inbound/{context}",
    "rawPath": "/inbound/webhook",
    "rawQueryString": "a=1&b=%20",
    "headers": {"content-type": "application/json", "host": "h.test", "x-forwarded-proto": "https"},
    "cookies": ["a=1", "b=2"],
    "requestContext": {
        "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
        "http": {"method": "POST", "path": "/inbound/webhook"},
        "stage": "$default",
        "timeEpoch": 1_700_000_000_000,
    },
    "body": '{"id": "o-1"}',
    "isBase64Encoded": False,
}
"""What API Gateway sends."""
KINDS: dict[str, dict[str, str]] = {
    "webhook": {
        "inbound.signature.scheme": "github",
        "inbound.signature.secret": "{{secrets.HOOK}}",
        "inbound.responseExpression": "={body: request}",
    },
    "slack": {"inbound.type": "io.camunda:slack-webhook:1", "inbound.slackSigningSecret": "{{secrets.HOOK}}"},
    "sns": {"inbound.type": "io.camunda:aws-sns-webhook:1", "inbound.securitySubscriptionAllowedFor": "any"},
    "open": {"resultVariable": "all", "inbound.responseExpression": "={body: request}"},
}
STATUSES = {200, 202, 400, 401, 404, 405, 413, 422, 431}
SIGNERS = {"webhook": "github", "slack": "slack"}

ODD_TEXT = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(["\ud800", "\x00", "%", "a" * 1_000, "é"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXT, inner, max_size=3),
    max_leaves=6,
)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "Content-Type", "accept", "x-hub-signature-256", "x-slack-signature", "cookie"])
    | ODD_TEXT,
    ODD_TEXT | st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]),
    max_size=5,
)
NESTED = st.integers(0, 1_500).map(lambda depth: '{"a":' * depth + "1" + "}" * depth)
BODIES = (
    ODD_TEXT
    | NESTED
    | st.binary(max_size=40).map(lambda content: base64.b64encode(content).decode())
    | st.sampled_from(
        ["AA", "A", "=", "?", '"\\ud800"', "payload=%7B%7D", "payload=%FF", "command=%2Fx&text=%ED%A0%80"]
    )
)
REPLACED: dict[str, st.SearchStrategy[Any]] = {
    "rawPath": st.sampled_from([f"/inbound/{kind}" for kind in KINDS] * 4 + ["/", "", "/inbound/", "//inbound/open"])
    | ANYTHING,
    "rawQueryString": ODD_TEXT | ANYTHING,
    "headers": HEADERS | ANYTHING,
    "multiValueHeaders": st.dictionaries(ODD_TEXT, st.lists(ODD_TEXT, max_size=3), max_size=3) | ANYTHING,
    "cookies": st.lists(ODD_TEXT, max_size=3) | ANYTHING,
    "body": BODIES | ANYTHING,
    "isBase64Encoded": st.booleans() | ANYTHING,
    "requestContext": st.fixed_dictionaries(
        {},
        optional={
            "http": st.fixed_dictionaries({}, optional={"method": ODD_TEXT | ANYTHING, "path": ANYTHING}) | ANYTHING,
            "stage": ODD_TEXT | ANYTHING,
            "domainName": ODD_TEXT | ANYTHING,
            "timeEpoch": st.integers() | ANYTHING,
        },
    )
    | ANYTHING,
}
EVENTS = st.fixed_dictionaries({}, optional=REPLACED).map(lambda changed: {**PLAIN, **changed})
HOLES = st.sets(st.sampled_from(list(PLAIN)), max_size=len(PLAIN))


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with SqliteDeliveries(":memory:") as store:
        hosted = Webhook(store)
        properties = ({"inbound.context": kind} | of_kind for kind, of_kind in KINDS.items())
        assert hosted.deploy(*(element(one, element_id=one["inbound.context"]) for one in properties)) == []
        yield hosted


def answered(webhook: Webhook, event: Any) -> int:
    """Invoke the function; what it gives back has to be an answer that API Gateway can send."""
    answer = handler_for(webhook.services)(event, None)
    assert json.loads(json.dumps(answer)) == answer
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert all(isinstance(text, str) for pair in answer["headers"].items() for text in pair)
    return int(answer["statusCode"])


@given(event=EVENTS, holes=HOLES)
def test_events_with_odd_members_and_holes_are_answered_from_the_table(
    webhook: Webhook, event: dict[str, Any], holes: set[str]
) -> None:
    for name in holes:
        del event[name]

    assert answered(webhook, event) in STATUSES


@given(event=ANYTHING)
@example(event=None)
@example(event=[])
@example(event={"Records": []})
def test_what_is_no_event_at_all_is_refused(webhook: Webhook, event: Any) -> None:
    assert answered(webhook, event) in (400, 404)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoded", [False, True])
@given(
    body=BODIES | st.binary(max_size=60), content_type=st.sampled_from(["application/json", "text/plain", "a/b;=", ""])
)
def test_a_signed_body_is_answered_whatever_it_holds(
    webhook: Webhook, kind: str, encoded: bool, body: str | bytes, content_type: str
) -> None:
    content = body if isinstance(body, bytes) else body.encode(errors="replace")
    if not encoded:
        content = content.decode("latin-1").encode()
    request = WebhookRequest("POST", f"/inbound/{kind}", content, received_ms=webhook.clock.time_ms())
    signed = SCHEMES[SIGNERS[kind]](SECRETS["SECRET_HOOK"]).sign(request) if kind in SIGNERS else {}
    event = {
        **PLAIN,
        "rawPath": f"/inbound/{kind}",
        "headers": {"content-type": content_type, **signed},
        "body": base64.b64encode(content).decode() if encoded else content.decode(),
        "isBase64Encoded": encoded,
    }

    status = answered(webhook, event)

    assert status in STATUSES
    assert status != 401 or kind == "sns"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "get", "", "PROPFIND", "\x00", "é" * 1_000])
def test_a_method_that_no_webhook_takes_is_405(webhook: Webhook, kind: str, method: str) -> None:
    event = {**PLAIN, "rawPath": f"/inbound/{kind}", "requestContext": {"http": {"method": method}}}

    assert answered(webhook, event) == 405


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"headers": {f"x-{number}": "1" for number in range(MAX_HEADERS + 1)}}, 431),
        ({"body": "x" * 4_400_001}, 413),
        ({"body": base64.b64encode(b"x" * 4_400_001).decode(), "isBase64Encoded": True}, 413),
        ({"body": "AA?", "isBase64Encoded": True}, 400),
        ({"body": "A", "isBase64Encoded": True}, 400),
    ],
)
def test_a_limit_is_the_same_for_every_kind(webhook: Webhook, kind: str, changed: dict[str, Any], status: int) -> None:
    assert answered(webhook, {**PLAIN, "rawPath": f"/inbound/{kind}", **changed}) == status


def test_a_header_that_came_twice_signs_nothing(webhook: Webhook) -> None:
    body = PLAIN["body"].encode()
    [value] = SCHEMES["github"](SECRETS["SECRET_HOOK"]).sign(WebhookRequest("POST", "/inbound/webhook", body)).values()

    assert answered(webhook, {**PLAIN, "headers": {"x-hub-signature-256": value}}) == 200
    assert answered(webhook, {**PLAIN, "headers": {"x-hub-signature-256": f"{value},{value}"}}) == 401
    twice = {"x-hub-signature-256": [value, value]}
    assert answered(webhook, {**PLAIN, "multiValueHeaders": twice}) == 401


def test_without_routes_or_credentials_the_sender_is_told_to_come_again(webhook: Webhook) -> None:
    def away(_: WebhookRequest) -> WebhookServices:
        raise AwsUnreachable("no answer from dynamodb")

    answer = answering(away, webhook.clock, "")(PLAIN, None)

    assert (answer["statusCode"], answer["headers"]) == (503, {"retry-after": "30"})
