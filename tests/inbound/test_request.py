"""Reading API Gateway events, and what expressions see of a request."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_sdk.inbound.request import WebhookRequest, decoded_pairs
from tests.inbound.host import Webhook, element

FORM = "application/x-www-form-urlencoded"
PRINTABLE = st.characters(categories=["L", "N", "P", "S", "Zs"])


API = "abc.execute-api.eu-central-1.amazonaws.com"


def event(**changes: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/inbound/orders",
        "rawQueryString": "",
        "headers": {"Host": "h.test"},
        "requestContext": {"http": {"method": "POST", "path": "/inbound/orders"}, "timeEpoch": 1_700_000_000_000},
        **changes,
    }


def read(**changes: Any) -> WebhookRequest:
    return WebhookRequest.from_event(event(**changes), received_ms=5)


def test_header_names_are_lower_case_and_cookies_are_one_header_again() -> None:
    request = read(headers={"X-Kind": " Push "}, cookies=["a=1", "b=2"])

    assert request.headers == {"x-kind": "Push", "cookie": "a=1; b=2"}


def test_of_repeated_headers_that_stand_apart_the_first_counts() -> None:
    assert read(multiValueHeaders={"X-A": ["1", "2"], "x-a": ["3"], "x-b": []}).headers == {"x-a": "1"}


@settings(deadline=None)
@given(st.binary(max_size=50))
def test_the_body_is_the_bytes_that_were_sent(body: bytes) -> None:
    assert read(body=base64.b64encode(body).decode(), isBase64Encoded=True).body == body


def test_a_text_body_is_utf_8_and_no_body_is_empty() -> None:
    assert read(body="ü").body == b"\xc3\xbc"
    assert read(body=None).body == read().body == b""


def test_the_budget_starts_with_the_events_own_time_else_now() -> None:
    assert read().received_ms == 1_700_000_000_000
    assert read(requestContext={}).received_ms == 5


@pytest.mark.parametrize(
    ("headers", "public_address", "url"),
    [
        ({"host": "h.test"}, "", "https://h.test/inbound/orders"),
        ({"host": "h.test:81", "x-forwarded-proto": "http"}, "", "http://h.test:81/inbound/orders"),
        ({"host": "h.test"}, "https://hooks.acme.io/", "https://hooks.acme.io/inbound/orders"),
        ({}, "", "https://localhost/inbound/orders"),
    ],
)
def test_the_public_address_is_rebuilt(headers: dict[str, str], public_address: str, url: str) -> None:
    request = WebhookRequest.from_event(event(headers=headers), received_ms=0, public_address=public_address)

    assert request.url == url


@pytest.mark.parametrize(
    ("domain", "stage", "raw_path", "public_address", "url"),
    [
        (API, "$default", "/inbound/orders", "", f"https://{API}/inbound/orders"),
        (API, "prod", "/prod/inbound/orders", "", f"https://{API}/prod/inbound/orders"),
        ("hooks.acme.io", "prod", "/prod/inbound/orders", "", "https://hooks.acme.io/inbound/orders"),
        (
            "hooks.acme.io",
            "prod",
            "/prod/inbound/orders",
            "https://hooks.acme.io/camunda",
            "https://hooks.acme.io/camunda/inbound/orders",
        ),
    ],
)
def test_a_stage_is_part_of_api_gateways_own_addresses_and_never_of_the_webhooks_path(
    domain: str, stage: str, raw_path: str, public_address: str, url: str
) -> None:
    context = {"domainName": domain, "stage": stage, "http": {"method": "POST", "path": raw_path}}
    sent = event(headers={"host": domain}, rawPath=raw_path, requestContext=context)

    request = WebhookRequest.from_event(sent, received_ms=0, public_address=public_address)

    assert (request.context, request.path, request.url) == ("orders", "/inbound/orders", url)


def test_headers_that_were_sent_twice_are_known_where_they_stand_apart() -> None:
    assert read(multiValueHeaders={"X-A": ["1", "2"], "x-b": ["1"]}).repeated == frozenset({"x-a"})
    assert read().repeated == frozenset()


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("/inbound/orders", "orders"),
        ("/inbound/a%20b", "a b"),
        ("/inbound/orders;v=1", "orders"),
        ("/inbound/ü", "ü"),
        ("/inbound/", None),
        ("/inbound", None),
        ("/inbound/a/b", None),
        ("/inbound//a", None),
        ("/other/orders", None),
    ],
)
def test_the_context_is_the_one_segment_behind_inbound(path: str, context: str | None) -> None:
    assert read(rawPath=path).context == context


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("a", [("a", "")]),
        ("a=1&a=2&=3&&b=", [("a", "1"), ("a", "2"), ("b", "")]),
        ("a=x%26y+z", [("a", "x&y z")]),
        ("a=%zz&b=%4&c=1%", []),
        ("a=%E4", [("a", "\N{REPLACEMENT CHARACTER}")]),
        ("a=1;b=2", [("a", "1;b=2")]),
    ],
)
def test_pairs_are_split_first_and_decoded_then(text: str, pairs: list[tuple[str, str]]) -> None:
    assert decoded_pairs(text) == pairs


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(PRINTABLE, min_size=1, max_size=8), st.text(PRINTABLE, max_size=8))))
def test_what_urlencode_writes_is_read_back(pairs: list[tuple[str, str]]) -> None:
    assert decoded_pairs(urlencode(pairs, quote_via=quote)) == pairs


def seen(host: Webhook, body: bytes, content_type: str, **changes: Any) -> tuple[Any, Any]:
    """Body and params as an expression sees them."""
    host.deploy(element({"resultExpression": "={body: request.body, params: request.params}"}))
    assert host.post(body, headers={"content-type": content_type}, **changes).status == 200
    variables = host.told[-1]["variables"]
    return variables["body"], variables["params"]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"", "application/json", {}),
        (b"null", "application/json", {}),
        (b"[1, 2.5]", "application/vnd.x+json", [1, 2.5]),
        (b'\xef\xbb\xbf{"a": 1}', "text/plain", {"a": 1}),
        (b'{"a": 1e400}', "application/json", {"a": "Infinity"}),
        ("<a>ü</a>".encode(), "text/xml; charset=utf-8", "<a>ü</a>"),
        (b"a=x%26y&b=1+2", FORM + "; charset=UTF-8", {"a": "x&y", "b": "1 2"}),
    ],
)
def test_a_body_is_read_by_its_content_type(webhook: Webhook, body: bytes, content_type: str, expected: object) -> None:
    assert seen(webhook, body, content_type)[0] == expected


@pytest.mark.parametrize(
    ("method", "query", "params"),
    [
        ("POST", "", {"a": "1"}),
        ("POST", "q=2", {"q": "2"}),
        ("PUT", "q=2", {"q": "2", "a": "1"}),
        ("GET", "", {}),
    ],
)
def test_fields_of_a_form_are_parameters_too(webhook: Webhook, method: str, query: str, params: dict[str, str]) -> None:
    asked = dict(decoded_pairs(query))

    assert seen(webhook, b"a=1", FORM, method=method, query=query, params=asked) == ({"a": "1"}, params)


def test_under_8_8_a_form_that_is_put_has_no_body(webhook_of: Callable[..., Webhook]) -> None:
    assert seen(webhook_of(compatibility="8.8"), b"a=1", FORM, method="PUT") == ({}, {"a": "1"})


@pytest.mark.parametrize(("compatibility", "status"), [("8.8", 400), ("8.10", 200)])
def test_a_query_with_characters_that_should_be_encoded_is_refused_only_under_8_8(
    webhook_of: Callable[..., Webhook], compatibility: str, status: int
) -> None:
    host = webhook_of(compatibility=compatibility)
    host.deploy(element({}))

    assert host.post({}, query="a[]=1").status == status
