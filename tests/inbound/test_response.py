"""What a response expression makes of an answer."""

from collections.abc import Callable

import pytest

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.compatibility import RULES
from tests.inbound.host import Webhook, catch_event, element

TEXT = {"content-type": "text/plain;charset=UTF-8"}
JSON = {"content-type": "application/json"}


def answer(host: Webhook, expression: str, **headers: str) -> Answer:
    host.deploy(element({"inbound.responseExpression": expression}))
    return host.post({"n": 1}, headers=headers)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("={}", Answer(200)),
        ("=null", Answer(200)),
        ("={statusCode: 201.7}", Answer(201)),
        ('={statusCode: "202"}', Answer(202)),
        ("={statusCode: 100}", Answer(100)),
        ("={statusCode: 999}", Answer(999)),
        ("={statusCode: 99}", Answer(500)),
        ("={statusCode: 1000}", Answer(500)),
        ("={statusCode: true}", Answer(500)),
        ('={statusCode: "x"}', Answer(500)),
        ("=1", Answer(500)),
        ("=[{statusCode: 201}]", Answer(201)),
        ("={headers: []}", Answer(500)),
        ("={headers: {a: [1]}}", Answer(500)),
        ('={headers: {a: null, b: 2, c: true, "": "x"}}', Answer(200, {"b": "2", "c": "true"})),
        ('={headers: {a: "b\\r\\nSet-Cookie: c"}}', Answer(200, {"a": "b  Set-Cookie: c"})),
        ('={headers: {"a b": "c"}}', Answer(500)),
        ('={body: "text"}', Answer(200, TEXT, b"text")),
        ("={body: 1.5}", Answer(200, JSON, b"1.5")),
        ("={body: request.body}", Answer(200, JSON, b'{"n": 1}')),
        ('={statusCode: 204, body: "x"}', Answer(204)),
        ('={statusCode: 304, body: "x"}', Answer(304)),
        ('={headers: {"Content-Type": "text/csv"}, body: "a"}', Answer(200, {"content-type": "text/csv"}, b"a")),
        ('={headers: {"Content-Type": "text/csv"}, body: {}}', Answer(500, TEXT)),
        (
            '={headers: {"Content-Type": "application/problem+json"}, body: {}}',
            Answer(200, {"content-type": "application/problem+json"}, b"{}"),
        ),
        ('={headers: {"Content-Type": "nonsense"}, body: "a"}', Answer(500)),
        ('={body: "<b>ü&\'</b>"}', Answer(200, TEXT, b"&lt;b&gt;&uuml;&amp;&#39;&lt;/b&gt;")),
        ('={body: {html: "<b>"}}', Answer(200, JSON, b'{"html": "<b>"}')),
        ("={body: correlation.processInstanceKey}", Answer(200, JSON, b"4503599627370497")),
        ("={body: correlation.activatedElement.elementId}", Answer(200, TEXT, b"start")),
    ],
)
def test_a_response_expression_says_status_headers_and_body(
    webhook: Webhook, expression: str, expected: Answer
) -> None:
    assert answer(webhook, expression) == expected


def test_half_a_surrogate_pair_is_answered_as_a_question_mark(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.responseExpression": "={body: request.body}"}))

    assert webhook.post(b'{"a": "\\ud800"}') == Answer(200, JSON, b'{"a": "?"}')


def test_a_response_expression_that_is_no_feel_stops_the_request_before_anything_is_sent(webhook: Webhook) -> None:
    assert answer(webhook, "{statusCode: 201}") == Answer(500)
    assert (webhook.told, webhook.store.newest()) == ([], [])


@pytest.mark.parametrize(("compatibility", "body"), [("8.8", b"&lt;a/&gt;"), ("8.10", b"<a/>")])
def test_xml_is_escaped_only_under_8_8(webhook_of: Callable[..., Webhook], compatibility: str, body: bytes) -> None:
    host = webhook_of(compatibility=compatibility)

    assert answer(host, '={headers: {"Content-Type": "application/xml"}, body: "<a/>"}').body == body


@pytest.mark.parametrize(
    ("compatibility", "expression", "accept", "expected"),
    [
        ("8.10", "={body: {}}", "image/png", Answer(200, JSON, b"{}")),
        ("8.8", "={body: {}}", "image/png", Answer(500, {"content-type": "image/png;charset=UTF-8"})),
        ("8.8", '={body: "s"}', "text/html", Answer(200, {"content-type": "text/html;charset=UTF-8"}, b"s")),
        ("8.8", "={body: {}}", "text/html, */*;q=0.1", Answer(200, JSON, b"{}")),
        ("8.8", "={body: {}}", "application/*", Answer(200, JSON, b"{}")),
        ("8.8", '={body: "s"}', "garbage", Answer(500)),
        ("8.8", "={statusCode: 202}", "garbage", Answer(202)),
    ],
)
def test_the_accept_header_matters_only_under_8_8(
    webhook_of: Callable[..., Webhook], compatibility: str, expression: str, accept: str, expected: Answer
) -> None:
    assert answer(webhook_of(compatibility=compatibility), expression, accept=accept) == expected


def test_under_8_8_a_synchronous_response_is_a_property_like_any_other(webhook_of: Callable[..., Webhook]) -> None:
    host = webhook_of(compatibility="8.8")

    assert host.deploy(element({"synchronousResponse": "true"})) == []
    assert host.post({}).status == 200
    assert [one.get("awaitCompletion") for one in host.told] == [None]


def test_headers_whose_names_differ_only_in_case_are_one_list_and_cookies_stand_apart() -> None:
    answer = Answer(200, {"X-A": "1", "x-a": "2", "Set-Cookie": "a=1", "set-cookie": "b=2", "b": "c"})

    assert answer.to_event()["headers"] == {"X-A": "1, 2", "b": "c"}
    assert answer.to_event()["cookies"] == ["a=1", "b=2"]


@pytest.mark.parametrize(("status", "sent"), [(100, 500), (199, 500), (200, 200), (599, 599), (600, 500), (999, 500)])
def test_a_status_that_ends_no_exchange_is_sent_as_500(status: int, sent: int) -> None:
    assert Answer(status).to_event()["statusCode"] == sent


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("={statusCode: 999}", "a webhook's status is 999, which HTTP does not have as an answer: senders get 500"),
        ("={statusCode: 1000}", "its statusCode is not between 100 and 999"),
        ('={statusCode: "many"}', "its statusCode is no number"),
        ("={headers: 5}", "its headers are no context of texts and numbers"),
        ("=5", "the value of its expression is no context"),
    ],
)
def test_the_log_says_why_a_response_expression_ends_in_500(
    webhook_of: Callable[..., Webhook], caplog: pytest.LogCaptureFixture, expression: str, reason: str
) -> None:
    answer(webhook_of(), expression)

    assert reason in caplog.text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("=12", "12"),
        ("=1.50", "1.5"),
        ("=true", "true"),
        ("={a: 1}", '{"a":1}'),
        ("=0.0001", "1.0E-4"),
        ("=12345678901234567890", "1.2345678901234567E19"),
        ('=duration("PT90M")', "PT1H30M"),
    ],
)
def test_a_correlation_key_is_the_text_that_java_makes_of_it(webhook: Webhook, expression: str, text: str) -> None:
    webhook.deploy(catch_event({"correlationKeyExpression": expression}))

    webhook.post({})

    assert [one["correlationKey"] for one in webhook.told] == [text]


def test_every_rule_that_differs_between_versions_is_in_use() -> None:
    # One test above or in the neighbouring files for each; a new rule has to be added to its test and here.
    assert set(RULES) == {
        "escapes_xml",
        "one_match_only",
        "response_shares",
        "version_loses_place",
        "container_forms",
        "container_addresses",
        "negotiates",
        "ignores_synchronous_response",
        "latest_only",
    }
